"""Rows put aside on disk come back by ranges of their key, those of one key in order of delivery."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metering.settlement import runs


@settings(max_examples=60)
@given(
    keys=st.lists(st.integers(0, 30), max_size=80),
    begin=st.integers(-1, 31),
    width=st.integers(0, 32),
    many=st.sampled_from([1, 40]),
)
def test_a_range_of_keys_comes_back_whole_and_in_order(
    tmp_path_factory: pytest.TempPathFactory, keys: list[int], begin: int, width: int, many: int
) -> None:
    rows = pl.DataFrame({"key": pl.Series(keys, dtype=pl.Int64)}).with_row_index("delivered")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runs, "_BLOCK", 4)
        patched.setattr(runs, "_MANY", many)
        path = tmp_path_factory.mktemp("runs") / "rows.ipc"
        taken = [run.take(begin, begin + width) for run in runs.put_aside(rows, path)]
    found = pl.concat([rows.clear(), *(frame for frame in taken if frame is not None)])
    expected = rows.filter(pl.col("key").is_between(begin, begin + width, closed="left"))
    by_key = found.sort("key", maintain_order=True)
    assert by_key.equals(expected.sort("key", maintain_order=True))


def test_no_rows_make_no_run(tmp_path: Path) -> None:
    rows = pl.DataFrame(schema={"key": pl.Int64, "value": pl.String})
    assert runs.put_aside(rows, tmp_path / "rows.ipc") == []
