"""Which calculation this is: a digest of its own source and of the frame engine; part of every run's identity."""

from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

_HERE = Path(__file__).parent
_RULES = [
    _HERE.parent / "domain" / name
    for name in ("findings.py", "points.py", "quality.py", "rules.py")
]


@cache
def code_version() -> str:
    """Sixteen hexadecimal digits: they change when the calculation, its rules or the engine change."""
    digest = sha256(version("polars").encode())
    for path in sorted([*_HERE.rglob("*.py"), *_RULES]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
