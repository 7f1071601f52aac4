"""A store keeps the number of buckets it was made with."""

from pathlib import Path

import pytest

from metering.store.layout import LAYOUT_KEY, Layout, part_key
from metering.store.stores import open_store
from portal.errors import Refused
from tests.metering.store.frames import DAY


@pytest.fixture(params=["folder", "s3"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    if request.param == "folder":
        return {"url": str(tmp_path / "store")}
    return {
        "url": request.getfixturevalue("s3_url"),
        "endpoint": request.getfixturevalue("s3_endpoint"),
    }


def test_a_new_store_is_laid_out_and_found_again(address: dict[str, str]) -> None:
    made = open_store(buckets=16, **address)

    assert made.place.content(LAYOUT_KEY) == b'{"buckets": 16, "format": 1}\n'
    assert open_store(buckets=16, **address).layout == made.layout == Layout(buckets=16)
    assert open_store(**address).layout.buckets == 16


def test_another_number_of_buckets_is_refused(address: dict[str, str]) -> None:
    open_store(buckets=16, **address)

    with pytest.raises(Refused, match=r"E-STORE-02.*has 16 buckets and cannot be opened with 8"):
        open_store(buckets=8, **address)


def test_a_place_without_a_store_is_not_made_one_by_reading(address: dict[str, str]) -> None:
    with pytest.raises(FileNotFoundError):
        open_store(**address)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"buckets": 0, "format": 1}', '{"buckets": 4, "format": 2}']
)
def test_a_layout_that_is_not_ours_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / LAYOUT_KEY).write_text(content)

    with pytest.raises(Refused, match="E-STORE-01"):
        open_store(str(tmp_path), buckets=4)


def test_the_layout_of_whoever_was_first_holds(tmp_path: Path) -> None:
    first = open_store(str(tmp_path), buckets=4)

    with first.place.scratch() as scratch:
        late = scratch / "late"
        late.write_bytes(Layout(buckets=8).as_bytes())
        assert first.place.adopt(late, LAYOUT_KEY) is False

    assert open_store(str(tmp_path)).layout.buckets == 4


@pytest.mark.parametrize("buckets", [0, -1, 65_537])
def test_a_layout_has_a_sensible_number_of_buckets(buckets: int) -> None:
    with pytest.raises(ValueError, match="1 to 65536"):
        Layout(buckets=buckets)


def test_bucket_numbers_have_two_digits_or_more() -> None:
    assert (
        part_key(kind="energy", day=DAY, bucket=7, digest="ab")
        == "energy/day=2026-11-01/bucket=07/ab.parquet"
    )
    assert (
        part_key(kind="energy", day=DAY, bucket=1234, digest="ab")
        == "energy/day=2026-11-01/bucket=1234/ab.parquet"
    )
