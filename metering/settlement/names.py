"""Names as numbers: device points and premises by their place in a sorted list, which is what the steps compute with."""

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from metering.settlement.look import look

_FEW = 8  # times as many names in the list, from which on names are searched for
_SAMPLE = 1_000  # names that tell whether equal ones come in a row
_RISING = 1_000  # names between falls, on average, from which on they are merged with the list


@dataclass(frozen=True)
class Names:
    """Sorted names, each once; the number of a name is its place."""

    all: pl.Series

    @classmethod
    def of(cls, names: pl.Series) -> "Names":
        """The names that occur in ``names``."""
        if names.is_sorted():
            once = pl.Series([True] * min(len(names), 1), dtype=pl.Boolean)
            return cls(names.filter(once.extend(names[1:] != names[:-1])).alias("name"))
        return cls(names.unique().sort().alias("name"))

    def __len__(self) -> int:
        return len(self.all)

    def number(self, name: pl.Expr) -> pl.Expr:
        """The number of a name (Int64), null where it is not known."""
        return name.cast(pl.Enum(self.all), strict=False).to_physical().cast(pl.Int64)

    def numbers(self, names: pl.Series) -> pl.Series:
        """The number of every name; equal ones in a row are looked up once."""
        sample = names[:_SAMPLE]
        if 2 * (sample[1:] != sample[:-1]).sum() > len(sample):
            return self._look_up(names)  # as a rule the next name is another one
        runs = names.rle().struct.unnest()
        found = self._look_up(runs["value"])
        if runs.height == len(names):
            return found
        return (
            pl.DataFrame([found, runs["len"]])
            .select("number", row=pl.int_ranges(0, "len", dtype=pl.UInt32))
            .explode("row")["number"]
        )

    def _look_up(self, names: pl.Series) -> pl.Series:
        """By search where they are few, by merging with the list where they mostly rise, else one by one."""
        if len(names) * _FEW < len(self.all):
            return self._found(names, self.all.search_sorted(names))
        falls = (names[1:] < names[:-1]).arg_true() + 1
        if names.has_nulls() or len(falls) * _RISING > len(names):
            number = self.number(pl.col("name")).alias("number")
            return names.to_frame("name").select(number).to_series()
        borders = pairwise([0, *falls, len(names)])
        return pl.concat([self._merged(names[first:last]) for first, last in borders])

    def _found(self, names: pl.Series, places: pl.Series) -> pl.Series:
        """``places`` where the name there is the one looked for, else null."""
        there = self.all[places.clip(upper_bound=len(self.all) - 1)]
        found = places.cast(pl.Int64).to_frame("place")
        return found.select(number=pl.when(there == names).then("place")).to_series()

    def name(self, numbers: pl.Series) -> pl.Series:
        """The names back."""
        return self.all.gather(numbers)

    def _merged(self, rising: pl.Series) -> pl.Series:
        """Numbers of names in rising order: one merge with the part of the list that they can be in."""
        first = int(self.all.search_sorted(rising[0])) if len(rising) else 0
        last = int(self.all.search_sorted(rising[-1])) + 1 if len(rising) else 0
        known = pl.DataFrame([self.all[first:last], self.all[first:last].alias("known")])
        found = (
            rising.to_frame("name")
            .lazy()
            .join_asof(known.lazy().with_row_index("place"), on="name", check_sortedness=False)
        )
        number = pl.col("place").cast(pl.Int64) + first
        is_known = pl.col("name") == pl.col("known")
        return look(found.select(number=pl.when(is_known).then(number))).to_series()
