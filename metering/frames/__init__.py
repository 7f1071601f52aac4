"""The only bridge between tables and frames: what services, pages and exports may ask for."""

from metering.frames.files import KeptFile, keep_file, kept_file, sweep_files
from metering.frames.inputs import Loaded, input_digest, load_inputs
from metering.frames.intake import PartTaken, RowSetAside, Taken, take_apart
from metering.frames.results import SettledPart, settle_part
from metering.frames.stores import bucket_count, store
from metering.frames.version import CODE_VERSION

__all__ = [
    "CODE_VERSION",
    "KeptFile",
    "Loaded",
    "PartTaken",
    "RowSetAside",
    "SettledPart",
    "Taken",
    "bucket_count",
    "input_digest",
    "keep_file",
    "kept_file",
    "load_inputs",
    "settle_part",
    "store",
    "sweep_files",
    "take_apart",
]
