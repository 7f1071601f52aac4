"""The only bridge between tables and frames: what services, pages and exports may ask for."""

from metering.frames.files import keep_file, kept_file, sweep_received
from metering.frames.intake import PartTaken, RowSetAside, Taken, take_apart
from metering.frames.stores import bucket_count, store
from metering.frames.verdicts import Limits

__all__ = [
    "Limits",
    "PartTaken",
    "RowSetAside",
    "Taken",
    "bucket_count",
    "keep_file",
    "kept_file",
    "store",
    "sweep_received",
    "take_apart",
]
