"""The tables of an offline settlement: their columns, what a value must be, and how text or Parquet become it.

Source: settlement.md sections 1, 3 (refused inputs) and 4. Every table is read into its schema of
:mod:`metering.settlement.schemas`: whole Wh, naive JST, empty = null.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from metering.domain.rules import Rules
from metering.settlement import schemas
from metering.settlement.expressions import parsing
from metering.settlement.expressions.registers import in_range
from portal.errors import Text

Convert = Callable[[pl.Expr], pl.Expr]
Judge = Callable[[pl.Expr, Rules], pl.Expr]


@dataclass(frozen=True)
class Kind:
    """A kind of value: how text becomes it, which Parquet types may hold it, and what to call it."""

    from_text: Convert
    from_parquet: Callable[[pl.Expr, pl.DataType], pl.Expr | None]  # None: not in this type
    says: Text


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    return (
        column.cast(pl.String) if dtype in (pl.String, pl.Categorical, pl.Enum, pl.Null) else None
    )


def _energy(column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    """kWh as text or Decimal; never from a float. Whole Wh come in a column of another name."""
    if dtype == pl.String:
        return parsing.wh(column)
    if dtype == pl.Decimal:
        return parsing.wh(column.cast(pl.String).str.replace(r"(\.[0-9]{3})0+$", "$1"))
    return column.cast(pl.Int64) if dtype == pl.Null else None


def _instant(column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    """Naive or zoned, exact to the microsecond: what is finer is no instant of this contract."""
    if dtype == pl.Null:
        return column.cast(schemas.INSTANT)
    if not isinstance(dtype, pl.Datetime):
        return None
    local = parsing.naive_jst(column, dtype)
    return (
        local if dtype.time_unit != "ns" else pl.when(column.to_physical() % 1000 == 0).then(local)
    )


def _day(column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    return column if dtype == pl.Date else None


def _whole(column: pl.Expr, dtype: pl.DataType) -> pl.Expr | None:
    return column.cast(pl.Int64, strict=False) if dtype.is_integer() else None


TEXT = Kind(parsing.text, _text, Text(ja="文字列", en="text"))
ENERGY = Kind(
    parsing.wh, _energy, Text(ja="小数点以下3桁までのkWh", en="kWh of at most three decimals")
)
INSTANT = Kind(
    parsing.instant,
    _instant,
    Text(ja="秒のない日時（例 2026-11-01T00:30+09:00）", en="a time without seconds"),
)
DAY = Kind(parsing.day, _day, Text(ja="日付（例 2026-11-01）", en="a date like 2026-11-01"))
WHOLE = Kind(parsing.whole, _whole, Text(ja="整数", en="a whole number"))


@dataclass(frozen=True)
class Column:
    """One column of a file. ``target`` is its name in the schema; ``may`` judges a value that is there."""

    name: str
    target: str
    kind: Kind
    optional: bool = False
    may: Judge | None = None
    says: Text | None = None  # what ``may`` demands

    @property
    def demand(self) -> Text:
        """What a value of this column must be."""
        return self.says or self.kind.says


@dataclass(frozen=True)
class Demand:
    """What the values of a row must be together; ``column`` is the one to look at."""

    column: str
    holds: pl.Expr
    says: Text


@dataclass(frozen=True)
class Table:
    """One kind of input file."""

    name: str
    schema: pl.Schema
    columns: tuple[Column, ...]
    demands: tuple[Demand, ...] = ()


def _number(column: pl.Expr, _: Rules) -> pl.Expr:
    return column.str.contains(r"^[0-9]{22}$")


def _boundary(column: pl.Expr, rules: Rules) -> pl.Expr:
    return parsing.on_boundary(column, rules.slot_minutes)


def _minute(column: pl.Expr, _: Rules) -> pl.Expr:
    return parsing.on_boundary(column, 1)


def _positive(column: pl.Expr, _: Rules) -> pl.Expr:
    return column > 0


def _slot(column: pl.Expr, rules: Rules) -> pl.Expr:
    return column.is_between(1, rules.slots_per_day)


def _one_of(*values: str | int) -> Judge:
    return lambda column, _: column.is_in(list(values))


def _code(column: pl.Expr, _: Rules) -> pl.Expr:
    return column.str.contains(r"^[0-9A-Za-z]{5}$")


_DIGITS_22 = Text(ja="22桁の機器点番号", en="a device point number of 22 digits")
_ON_BOUNDARY = Text(ja="時限の境界の時刻", en="a time on a slot boundary")
_EIGHT_DIGITS = Text(ja="0から99999.999kWhの指示数", en="a register of 0 to 99999.999 kWh")
_AFTER = Text(ja="開始より後の時刻", en="later than the begin")

# The numbers of registered points are judged in the register; elsewhere only those that the register does not know.
_POINT = Column("device_point_number", "device_point_number", TEXT)
_DIRECTION = Column(
    "direction", "direction", WHOLE, may=_one_of(0, 1), says=Text(ja="0か1", en="0 or 1")
)
_DAY = Column("day", "day", DAY)
_SLOT = Column(
    "slot", "slot", WHOLE, may=_slot, says=Text(ja="時限の番号", en="the number of a slot")
)
_PREMISES = Column("premises_number", "premises_number", TEXT)


def _at(name: str, *, optional: bool = False) -> Column:
    return Column(name, name, INSTANT, optional, _boundary, _ON_BOUNDARY)


def _wh(
    stem: str, *, optional: bool = False, may: Judge | None = None, says: Text | None = None
) -> Column:
    return Column(f"{stem}_kwh", f"{stem}_wh", ENERGY, optional, may, says)


REGISTER = Table(
    "register",
    schemas.REGISTER,
    (
        Column("device_point_number", "device_point_number", TEXT, may=_number, says=_DIGITS_22),
        _PREMISES,
        Column(
            "retailer_code",
            "retailer_code",
            TEXT,
            may=_code,
            says=Text(ja="5文字の事業者コード", en="a code of 5"),
        ),
        Column("pattern", "pattern", WHOLE, may=_one_of(1, 2), says=Text(ja="1か2", en="1 or 2")),
        Column(
            "directions",
            "directions",
            TEXT,
            may=_one_of("0", "1", "01"),
            says=Text(ja="0、1か01", en="0, 1 or 01"),
        ),
        Column(
            "rated_kw",
            "rated_w",
            ENERGY,
            may=_positive,
            says=Text(ja="0より大きいkW（小数3桁まで）", en="kW above 0"),
        ),
        Column("meter_id", "meter_id", TEXT, optional=True),
        _at("service_from"),
        _at("service_to", optional=True),
    ),
    (
        Demand(
            "directions",
            (pl.col("pattern") != 2) | pl.col("directions").str.contains("0", literal=True),
            Text(
                ja="順潮流（0）を含むもの（パターン2）",
                en="with direction 0, which pattern 2 needs",
            ),
        ),
        Demand("service_to", pl.col("service_to") > pl.col("service_from"), _AFTER),
    ),
)
READINGS = Table(
    "readings",
    schemas.READINGS,
    (
        _POINT,
        _DIRECTION,
        _at("read_at"),
        _wh("register", optional=True),
        Column("meter_id", "meter_id", TEXT, optional=True),
        Column("status", "status", TEXT, optional=True),
    ),
)


def _register_of_exchange(column: pl.Expr, rules: Rules) -> pl.Expr:
    return in_range(column, rules)


EXCHANGES = Table(
    "exchanges",
    schemas.EXCHANGES,
    (
        _POINT,
        _DIRECTION,
        Column("exchanged_at", "exchanged_at", INSTANT, may=_minute),
        Column("old_meter_id", "old_meter_id", TEXT, optional=True),
        Column("new_meter_id", "new_meter_id", TEXT, optional=True),
        _wh("old_register", optional=True, may=_register_of_exchange, says=_EIGHT_DIGITS),
        _wh("new_register", optional=True, may=_register_of_exchange, says=_EIGHT_DIGITS),
    ),
)
GAPFILL = Table(
    "gapfill",
    schemas.GAPFILL,
    (
        _POINT,
        _DIRECTION,
        Column("kind", "kind", TEXT, may=_one_of("C", "I"), says=Text(ja="CかI", en="C or I")),
        _at("at"),
        _wh("value"),
    ),
)
BASELINES = Table("baselines", schemas.BASELINES, (_POINT, _DIRECTION, _DAY, _SLOT, _wh("energy")))
SMART_METER = Table(
    "smart_meter",
    schemas.SMART_METER,
    (_PREMISES, _DAY, _SLOT, _wh("forward", optional=True), _wh("reverse", optional=True)),
)
HOLDS = Table(
    "holds",
    schemas.HOLDS,
    (
        _POINT,
        _at("from"),
        _at("to", optional=True),
        Column("reason", "reason", TEXT, optional=True),
    ),
    (Demand("to", pl.col("to") > pl.col("from"), _AFTER),),
)
