"""Which code calculates: part of the identity of every result, so that changed rules never pass for the old ones."""

from hashlib import sha256
from pathlib import Path

import polars as pl

_METERING = Path(__file__).resolve().parents[1]
# Everything that can change a result. Rule modules of other parts of metering are not among them.
_SOURCES = (
    "settlement/**/*.py",
    "frames/edges.py",
    "frames/gathering.py",
    "frames/inputs.py",
    "frames/masters.py",
    "frames/reach.py",
    "frames/results.py",
    "domain/findings.py",
    "domain/points.py",
    "domain/quality.py",
    "domain/rules.py",
    "store/writer.py",
)


def code_version() -> str:
    """Digest of the calculation's source, with the version of the engine that runs it."""
    digest = sha256()
    for path in sorted(path for pattern in _SOURCES for path in _METERING.glob(pattern)):
        digest.update(path.relative_to(_METERING).as_posix().encode())
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()[:16]}-polars-{pl.__version__}"


CODE_VERSION = code_version()
