"""Names as numbers: device points and premises by their place in a sorted list, which is what the steps compute with."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Names:
    """Sorted names, each once; the number of a name is its place."""

    all: pl.Series
    known: pl.Enum

    @classmethod
    def of(cls, names: pl.Series) -> "Names":
        """The names that occur in ``names``."""
        sorted_names = names.unique().sort()
        return cls(sorted_names, pl.Enum(sorted_names))

    def __len__(self) -> int:
        return len(self.all)

    def number(self, name: pl.Expr) -> pl.Expr:
        """The number of a name (Int64), null where it is not known."""
        return name.cast(self.known, strict=False).to_physical().cast(pl.Int64)

    def numbers(self, names: pl.Series) -> pl.Series:
        """The number of every name, looked up once per run of equal ones."""
        runs = names.rle().struct.unnest()
        if 4 * runs.height > len(names):
            return pl.DataFrame({"name": names}).select(self.number(pl.col("name"))).to_series()
        spread = runs.select(self.number(pl.col("value")), row=pl.int_ranges(0, "len"))
        return spread.explode("row")["value"]

    def name(self, numbers: pl.Series) -> pl.Series:
        """The names back."""
        return self.all.gather(numbers)
