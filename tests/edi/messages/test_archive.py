"""One zip, one member, the same bytes every time."""

import io
import zipfile

import time_machine

from edi.messages.archive import packed, unpacked
from tests.edi.reader import first_member


def test_the_zip_has_one_member_of_its_own_base_name():
    content = packed("W41120202604010000009001", b"<x/>")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["W41120202604010000009001.xml"]
        assert archive.testzip() is None
    assert first_member(content) == ("W41120202604010000009001.xml", b"<x/>")
    assert unpacked(content) == b"<x/>"


def test_the_same_document_gives_the_same_bytes_at_any_time():
    with time_machine.travel("2026-04-01 12:00:00+09:00"):
        first = packed("W5", b"<x/>" * 1000)
    with time_machine.travel("2031-12-31 23:59:59+09:00"):
        assert packed("W5", b"<x/>" * 1000) == first
