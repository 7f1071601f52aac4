"""Makes the input of the settlement benchmark (decisions.md 45): one day of a whole area, deterministic by seed.

    python -m benchmarks.make_readings --points 200000 --order point --out /var/tmp/bench

- device points: a third measured in both directions (pattern 1), a sixth in one direction (pattern 1), half pattern 2;
  one to four of a premises;
- readings: 49 instants of one day per series, 1 % of them lost singly (every second one as a row with a status), 0.3 %
  of the device points silent for 3 to 11 hours, 0.5 % with a meter exchange in the day, some rollovers;
- order ``instant``: as delivered, all device points of an instant together; order ``point``: by point, direction, time;
- gap-fill rows for some of the lost instants of pattern 1; a baseline per slot of pattern 1; a smart-meter value per
  premises and slot.

Files: register, exchanges, gapfill, readings, baselines, smart_meter (Parquet, energies in Wh).
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path

import polars as pl
from polars.io.plugins import register_io_source

from metering.domain.identifiers import device_point_number

DAY = date(2026, 11, 2)
MIDNIGHT = datetime(2026, 11, 2)
INSTANTS = 49
M = 100_000_000
ROW_GROUP = 250_000
POINTS_PER_BATCH = 20_000  # a multiple of 20, so that no premises is cut
RATED_W = [3_000, 4_500, 5_900, 6_000, 9_900, 49_900, 499_000]
PREMISES_OF_TEN = [0, 1, 1, 2, 2, 2, 3, 3, 3, 3]


def chance(seed: int, *of: str, percent: float) -> pl.Expr:
    """True in ``percent`` of the rows, decided by a hash of the columns ``of``."""
    return dice(seed, *of) % 100_000 < int(percent * 1_000)


def dice(seed: int, *of: str) -> pl.Expr:
    """A large number from the columns ``of``: the same on every run."""
    return (pl.struct(*of).hash(seed) // 2).cast(pl.Int64)


def points(first: int, last: int) -> pl.DataFrame:
    """Device points ``first`` to ``last`` - 1: kind, rated power, premises, meters, exchange and outage of the day."""
    i = pl.col("i")
    numbers = [device_point_number(area="03", serial=n + 1) for n in range(first, last)]
    premises = (i // 10) * 4 + (i % 10).replace_strict(dict(enumerate(PREMISES_OF_TEN)))
    pattern = pl.when((i % 3 == 0) | (i % 6 == 1)).then(1).otherwise(2).cast(pl.UInt8)
    return (
        pl.DataFrame({"i": range(first, last), "device_point_number": numbers})
        .with_columns(
            premises_number=pl.format("P{}", premises.cast(pl.String).str.zfill(10)),
            retailer_code=pl.lit("91233"),
            pattern=pattern,
            directions=pl.when(i % 3 == 0).then(pl.lit("01")).otherwise(pl.lit("0")),
            rated_w=(dice(1, "i") % len(RATED_W)).replace_strict(dict(enumerate(RATED_W))),
            meter_id=pl.format("9A{}", dice(2, "i").cast(pl.String).str.slice(0, 12)),
            new_meter_id=pl.format("0A{}", dice(3, "i").cast(pl.String).str.slice(0, 12)),
            exchanged=pl.when(chance(4, "i", percent=0.5)).then(dice(5, "i") % 1_380 + 30),
            silent_from=pl.when(chance(6, "i", percent=0.3)).then(dice(7, "i") % 20 + 1),
            silent_for=dice(8, "i") % 16 + 6,
        )
        .with_columns(changes_at=((pl.col("exchanged") + 29) // 30))
    )


def series_of(of: pl.DataFrame) -> pl.DataFrame:
    """Both directions where they are metered, with the register at 00:00."""
    direction = pl.col("directions").str.extract_all("[01]").list.eval(pl.element().cast(pl.UInt8))
    return (
        of.with_columns(direction=direction)
        .explode("direction")
        .with_columns(
            register_wh=dice(9, "i", "direction") % M,
            cap=pl.col("rated_w") * 6 // 10,
            instant=pl.lit(0),
        )
    )


def instants(series: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The true register of every series at the 49 instants of the day, one frame per instant."""
    changes = pl.col("changes_at") == pl.col("instant")
    for instant in range(INSTANTS):
        if instant:
            moved = pl.col("cap") * (dice(10, "i", "direction", "instant") % 1_000) // 1_000
            series = series.with_columns(instant=pl.lit(instant)).with_columns(
                old_register_wh=(pl.col("register_wh") + moved // 2) % M, moved=moved
            )
            carried_on = (pl.col("register_wh") + pl.col("moved")) % M
            fresh = 12 + pl.col("moved") - pl.col("moved") // 2
            series = series.with_columns(
                register_wh=pl.when(changes).then(fresh).otherwise(carried_on),
                meter_id=pl.when(changes).then("new_meter_id").otherwise("meter_id"),
            )
        yield series.with_columns(lost=lost())


def lost() -> pl.Expr:
    """Whether a reading is lost: singly, or in a long outage."""
    since = pl.col("instant") - pl.col("silent_from")
    outage = (since >= 0) & (since < pl.col("silent_for"))
    return chance(11, "i", "direction", "instant", percent=1) | outage.fill_null(value=False)


def as_readings(frame: pl.DataFrame) -> pl.DataFrame:
    """What the terminal delivers: a lost reading comes as a row with a status, or not at all."""
    missing = pl.col("lost") & (dice(12, "i", "instant") % 2 == 0)
    return frame.filter(~missing).select(
        "device_point_number",
        "direction",
        read_at=pl.lit(MIDNIGHT) + pl.duration(minutes=pl.col("instant") * 30),
        register_wh=pl.when(~pl.col("lost")).then(pl.col("register_wh").cast(pl.Int64)),
        meter_id="meter_id",
        status=pl.when("lost").then(pl.lit("no_data")),
    )


def by_instant(count: int) -> Iterator[pl.DataFrame]:
    """Readings as delivered."""
    for frame in instants(series_of(points(0, count))):
        yield as_readings(frame)


def by_point(count: int) -> Iterator[pl.DataFrame]:
    """The same readings sorted by point, direction and time."""
    for first in range(0, count, POINTS_PER_BATCH):
        series = series_of(points(first, min(first + POINTS_PER_BATCH, count)))
        yield pl.concat(as_readings(frame) for frame in instants(series)).sort(
            "device_point_number", "direction", "read_at"
        )


def small_frames(count: int) -> Iterator[dict[str, pl.DataFrame]]:
    """Register, exchanges, gap-fill rows, baselines and smart-meter values of each batch of points."""
    for first in range(0, count, POINTS_PER_BATCH):
        of = points(first, min(first + POINTS_PER_BATCH, count))
        series = series_of(of)
        frames = list(instants(series))
        yield {
            "register": register_of(of),
            "exchanges": exchanges_of(frames),
            "gapfill": gapfill_of(frames),
            "baselines": baselines_of(series),
            "smart_meter": smart_meter_of(of),
        }


def register_of(of: pl.DataFrame) -> pl.DataFrame:
    """Every point in service since last month."""
    return of.select(
        "device_point_number",
        "premises_number",
        "retailer_code",
        "pattern",
        "directions",
        rated_kw=pl.format(
            "{}.{}",
            pl.col("rated_w") // 1000,
            (pl.col("rated_w") % 1000).cast(pl.String).str.zfill(3),
        ),
        meter_id="meter_id",
        service_from=pl.lit(datetime(2026, 10, 1)),
        service_to=pl.lit(None, dtype=pl.Datetime("us")),
    )


def exchanges_of(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Both registers at the minute of the exchange."""
    rows = [
        frame.filter(pl.col("changes_at") == instant)
        for instant, frame in enumerate(frames)
        if instant
    ]
    old_meter_id = pl.format("9A{}", dice(2, "i").cast(pl.String).str.slice(0, 12))
    return pl.concat(rows).select(
        "device_point_number",
        "direction",
        exchanged_at=pl.lit(MIDNIGHT) + pl.duration(minutes=pl.col("exchanged")),
        old_meter_id=old_meter_id,
        new_meter_id="new_meter_id",
        old_register_wh="old_register_wh",
        new_register_wh=pl.lit(12, dtype=pl.Int64),
    )


def gapfill_of(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """A register (C) for a tenth, a slot's energy (I) for another tenth of the lost instants of pattern 1."""
    rows = pl.concat(frame.filter("lost", pl.col("pattern") == 1) for frame in frames[1:])
    rows = rows.with_columns(lot=dice(13, "i", "direction", "instant") % 10).filter(
        pl.col("lot") < 2
    )
    return rows.select(
        "device_point_number",
        "direction",
        kind=pl.when(pl.col("lot") == 0).then(pl.lit("C")).otherwise(pl.lit("I")),
        at=pl.lit(MIDNIGHT) + pl.duration(minutes=pl.col("instant") * 30),
        value_wh=pl.when(pl.col("lot") == 0).then("register_wh").otherwise("moved"),
    )


def baselines_of(series: pl.DataFrame) -> pl.DataFrame:
    """A baseline per slot of pattern 1."""
    slots = pl.DataFrame({"slot": range(1, INSTANTS)}, schema={"slot": pl.UInt8})
    cells = series.filter(pl.col("pattern") == 1).join(
        slots, how="cross", maintain_order="left_right"
    )
    energy = pl.col("cap") * (dice(14, "i", "direction", "slot") % 1_000) // 2_000
    return cells.select(
        "device_point_number", "direction", pl.lit(DAY).alias("day"), "slot", energy_wh=energy
    )


def smart_meter_of(of: pl.DataFrame) -> pl.DataFrame:
    """What came in or went out at each premises."""
    slots = pl.DataFrame({"slot": range(1, INSTANTS)}, schema={"slot": pl.UInt8})
    premises = of.select(
        pl.col("premises_number").unique(maintain_order=True), pl.lit(DAY).alias("day")
    )
    net = dice(15, "premises_number", "slot") % 6_000 - 2_000
    return premises.join(slots, how="cross", maintain_order="left_right").with_columns(
        forward_wh=net.clip(lower_bound=0), reverse_wh=(-net).clip(lower_bound=0)
    )


def write(batches: Callable[[], Iterator[pl.DataFrame]], path: Path) -> None:
    """Streams ``batches`` into one Parquet file."""
    schema = next(batches()).schema

    def source(*_: object) -> Iterator[pl.DataFrame]:
        yield from batches()

    register_io_source(source, schema=schema).sink_parquet(path, row_group_size=ROW_GROUP)


def make(folder: Path, count: int, order: str) -> None:
    """All files of ``count`` device points into ``folder``; what is there already is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "smart_meter.parquet").exists():
        frames = list(small_frames(count))
        for name in frames[0]:
            pl.concat(batch[name] for batch in frames).write_parquet(
                folder / f"{name}.parquet", row_group_size=ROW_GROUP
            )
    readings = folder / f"readings-{order}.parquet"
    if not readings.exists():
        write(partial(by_point if order == "point" else by_instant, count), readings)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=200_000)
    parser.add_argument("--order", choices=["point", "instant"], default="point")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    make(arguments.out, arguments.points, arguments.order)


if __name__ == "__main__":
    main()
