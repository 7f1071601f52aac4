"""Names as numbers: device points and premises by their place in a sorted list, which is what the steps compute with."""

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

_LONG = 4  # rows of one name in a row, on average, from which on names are looked up run by run
_RISING = 5_000  # rows between falls, on average, from which on names are merged with the list


@dataclass(frozen=True)
class Names:
    """Sorted names, each once; the number of a name is its place."""

    all: pl.Series

    @classmethod
    def of(cls, names: pl.Series) -> "Names":
        """The names that occur in ``names``."""
        return cls(names.unique().sort().alias("name"))

    def __len__(self) -> int:
        return len(self.all)

    def number(self, name: pl.Expr) -> pl.Expr:
        """The number of a name (Int64), null where it is not known."""
        return name.cast(pl.Enum(self.all), strict=False).to_physical().cast(pl.Int64)

    def numbers(self, names: pl.Series) -> pl.Series:
        """The number of every name: once per run of equal ones, or by merging where names rise, else one by one."""
        runs = names.rle().struct.unnest()
        if runs.height * _LONG < len(names):
            spread = runs.select(self.number(pl.col("value")), row=pl.int_ranges(0, "len"))
            return spread.explode("row")["value"]
        falls = (names[1:] < names[:-1]).arg_true() + 1
        if len(falls) * _RISING < len(names) and not names.has_nulls():
            borders = pairwise([0, *falls, len(names)])
            return pl.concat([self._merged(names[first:last]) for first, last in borders])
        return names.to_frame("name").select(self.number(pl.col("name"))).to_series()

    def name(self, numbers: pl.Series) -> pl.Series:
        """The names back."""
        return self.all.gather(numbers)

    def _merged(self, rising: pl.Series) -> pl.Series:
        known = pl.DataFrame([self.all, self.all.alias("known")]).with_row_index("number")
        found = rising.to_frame("name").join_asof(known, on="name", check_sortedness=False)
        is_known = pl.col("name") == pl.col("known")
        return found.select(pl.when(is_known).then(pl.col("number").cast(pl.Int64))).to_series()
