"""One zip with one member, the same bytes every time. Readers take the first member only (edi.md section 2)."""

import hashlib
import io
import zipfile

_EPOCH = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # the earliest time a zip can say; the message itself says when it was made
_UNIX = 3
_READABLE_FILE = 0o100644 << 16


def packed(stem: str, document: bytes) -> bytes:
    """The zip of one message file: member ``stem``.xml, fixed time and attributes, deflate level 6."""
    member = zipfile.ZipInfo(f"{stem}.xml", date_time=_EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = _UNIX
    member.external_attr = _READABLE_FILE
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(member, document, compresslevel=6)
    return target.getvalue()


def unpacked(content: bytes) -> bytes:
    """The document in a zip made by :func:`packed`."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(archive.namelist()[0])


def digest(content: bytes) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
