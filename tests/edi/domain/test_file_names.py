"""Names of message files: edi.md section 2 and decisions 21."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.domain.file_names import FileName, build, read
from edi.domain.profile import KINDS, PROFILE, Scale
from portal.errors import Invalid

DAY = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("code", "slot", "revision", "split", "stem"),
    [
        ("1110", 1, 0, 1, "W41110202604010000000001"),  # edi.md 10, first example
        ("1120", None, 0, 1, "W41120202604010000000001"),  # edi.md 10, second example
        ("1110", 48, 3, 9001, "W41110202604012330039001"),
        ("1110", 2, 0, 9999, "W41110202604010030009999"),
        ("0110", 25, 1, 90, "W4011020260401120001" + "90"),
        ("0120", None, 99, 99, "W401202026040100009999"),
        ("1220", None, 0, 90001, "W5122020260401" + "00" + "90001"),
        ("1210", None, 7, 99001, "W5121020260401" + "07" + "99001"),
    ],
)
def test_a_name_says_message_day_start_of_slot_revision_and_split(
    code, slot, revision, split, stem
):
    assert build(PROFILE.kind(code), day=DAY, slot=slot, revision=revision, split=split) == stem
    assert read(f"{stem}.zip") == FileName(
        code=code, day=DAY, slot=slot, revision=revision, split=split
    )


def test_real_names_of_high_voltage_day_files_are_read():
    # edi.md 2: seen on 2025-08-18
    for name, revision, split in [
        ("W401202025081800000000", 0, 0),
        ("W401202025081800000100", 1, 0),
        ("W401202025081800000001", 0, 1),
    ]:
        found = read(name)
        assert (found.code, found.day) == ("0120", date(2025, 8, 18))
        assert (found.revision, found.split) == (revision, split)


@given(
    kind=st.sampled_from(list(KINDS.values())),
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    slot=st.integers(1, 48),
    revision=st.integers(0, 99),
    split=st.integers(0, 99),
)
def test_every_name_is_read_back(kind, day, slot, revision, split):
    given_slot = slot if kind.scale is Scale.SLOT else None
    stem = build(kind, day=day, slot=given_slot, revision=revision, split=split)
    lengths = {
        ("W4", 2): 22,
        ("W4", 4): 24,
        ("W5", 5): 21,
    }
    assert len(stem) == lengths[kind.process, kind.split_digits]
    assert read(stem) == FileName(
        code=kind.code, day=day, slot=given_slot, revision=revision, split=split
    )
    assert read(stem).zip_name == f"{stem}.zip"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "W4",
        "W6_0250_20260401_00_00001_A.xml",
        "W4111020260401000000001.zip",  # a digit short
        "W41110202604010015000001.zip",  # a slot starts at :00 or :30
        "W41110202604012400000001.zip",
        "W41120202604010030000001.zip",  # a day file says 0000
        "W51110202604010000000001.zip",  # 1110 is W4
        "W49990202604010000000001.zip",
        "W41110202613010000000001.zip",
        "W4111020260401０000000001.zip",  # a wide digit
        "../W41110202604010000000001.zip",
    ],
)
def test_other_names_are_refused(name):
    with pytest.raises(Invalid, match="E-EDI-02"):
        read(name)


def test_numbers_that_do_not_fit_their_digits_are_never_written():
    with pytest.raises(ValueError, match="does not fit"):
        build(PROFILE.kind("1120"), day=DAY, slot=None, revision=100, split=9001)
    with pytest.raises(ValueError, match="does not fit"):
        build(PROFILE.kind("0120"), day=DAY, slot=None, revision=0, split=100)
    with pytest.raises(ValueError, match="slot"):
        build(PROFILE.kind("1120"), day=DAY, slot=5, revision=0, split=9001)
