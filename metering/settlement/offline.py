"""The offline command: files in, files out, part by part with flat memory (settlement.md section 4).

Device points are settled in parts of some thousand, two at a time; what they delivered waits on disk until the sites of
a range of premises are made from it. Everything is written into a private folder and moved to its place at the end, so
a refused input leaves nothing behind.
"""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path
from threading import Condition
from time import perf_counter
from typing import Any

import polars as pl

from metering.domain.findings import Code
from metering.domain.rules import Rules, Stage
from metering.settlement import schemas, tables
from metering.settlement.expressions.instants import STRIDE, lane_of
from metering.settlement.feeds import (
    EmptyFeed,
    Feed,
    FrameFeed,
    Naming,
    Numbered,
    Part,
    feed,
    parts,
    take_all,
)
from metering.settlement.files import Source, refuse_overlaps
from metering.settlement.names import Names
from metering.settlement.outputs import as_csv, sha256, workspace, write_parquet
from metering.settlement.pipeline import Rows, Settled, settle_points, settle_sites
from metering.settlement.plain import Plain
from metering.settlement.runs import Run, put_aside
from metering.settlement.tables import Table
from metering.settlement.threads import in_turn
from metering.settlement.version import code_version

ROWS_PER_PART = 650_000  # readings and baselines: what fits into memory three times


@dataclass(frozen=True, kw_only=True)
class Files:
    """The input files; readings in order of delivery."""

    register: Path
    readings: list[Path]
    exchanges: Path | None = None
    gapfill: Path | None = None
    baselines: Path | None = None
    smart_meter: Path | None = None
    holds: Path | None = None

    def named(self) -> Iterator[tuple[str, Path]]:
        """Every file with the name of its table."""
        yield "register", self.register
        yield from (("readings", path) for path in self.readings)
        for table in ("exchanges", "gapfill", "baselines", "smart_meter", "holds"):
            if path := getattr(self, table):
                yield table, path


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to calculate."""

    first_day: date
    last_day: date
    stage: Stage
    rules: Rules = field(default_factory=Rules)


@dataclass
class Summary:
    """What was read and written."""

    rows_in: Counter[str] = field(default_factory=Counter)
    rows_out: Counter[str] = field(default_factory=Counter)
    by_quality: Counter[int] = field(default_factory=Counter)
    device_points: int = 0
    seconds: float = 0.0

    def line(self) -> str:
        """One line for the terminal."""
        qualities = ", ".join(
            f"{quality}: {count:,}" for quality, count in sorted(self.by_quality.items())
        )
        return (
            f"{self.device_points:,} device points, {self.rows_out['energy']:,} slots (by quality {qualities}), "
            f"{self.rows_out['sites']:,} site slots, {self.rows_out['findings']:,} findings, {self.seconds:.2f} s"
        )


def settle_files(files: Files, job: Job, out: Path) -> Summary:
    """Settles ``files`` into ``out``: energy.parquet, sites.parquet, findings.csv and run.json.

    Raises :class:`portal.errors.Invalid` for a refused input; then nothing is written.
    """
    began = perf_counter()
    with workspace(out) as folder:
        with ThreadPoolExecutor(1) as aside:
            digests = [(table, path, aside.submit(sha256, path)) for table, path in files.named()]
            summary = _Settlement(files, job, folder).run()
        summary.seconds = round(perf_counter() - began, 3)
        inputs = [
            {"table": t, "file": path.name, "sha256": digest.result()}
            for t, path, digest in digests
        ]
        _write_run(folder / "run.json", job, inputs, summary)
    return summary


@dataclass(frozen=True)
class _Taken:
    """What a part needs."""

    register: pl.DataFrame
    rows: Rows
    holds: pl.DataFrame


class _Settlement:
    """One run of the offline command in its private folder."""

    def __init__(self, files: Files, job: Job, folder: Path) -> None:
        self.files, self.job, self.folder = files, job, folder
        self.scratch = folder / "scratch"
        self.summary = Summary()
        source = self._source(tables.REGISTER, files.register)
        register = source.frame()
        refuse_overlaps(source, register)
        self.register = register.sort("device_point_number", "service_from")
        self.points = Names.of(register["device_point_number"])
        self.premises = Names.of(register["premises_number"])
        exchanges = [
            self._source(tables.EXCHANGES, path).frame() for path in [files.exchanges] if path
        ]
        self.plain = Plain.of(self.register, pl.concat([schemas.EXCHANGES.to_frame(), *exchanges]))
        self.summary.rows_in["register"] = register.height
        self.size = self._part_size()
        self.feeds = count()  # numbers their folders: files of two folders may have the same name
        self.delivered: list[Run] = []
        self.progress = Progress()
        self.summary.device_points = len(self.points)

    def run(self) -> Summary:
        """All parts in order: energy and findings as they come, beside them the sites that are complete."""
        with (self.folder / "findings.csv").open("wb") as findings, ThreadPoolExecutor(1) as beside:
            findings.write(b"device_point_number,direction,at,code,detail\n")
            sites = beside.submit(self._write, "sites", schemas.SITES, self._sites())
            try:
                energy = (self._keep(settled, findings) for settled in self._settled())
                self._write("energy", schemas.ENERGY, energy)
            finally:
                self.progress.end()
            sites.result()
        shutil.rmtree(self.scratch, ignore_errors=True)
        return self.summary

    def _part_size(self) -> int:
        """How many device points make a part."""
        days = (self.job.last_day - self.job.first_day).days + 1
        slots = len(self.points) * days * self.job.rules.slots_per_day
        large = [*self.files.readings, *filter(None, [self.files.baselines])]
        rows = max(sum(_height(path) for path in large), slots)
        return max(ROWS_PER_PART * len(self.points) // max(rows, 1), 1)

    def _settled(self) -> Iterator[Settled]:
        files = self.files
        feeds = {
            "readings": [self._feed(tables.READINGS, path) for path in files.readings],
            "exchanges": [self._feed(tables.EXCHANGES, files.exchanges, is_small=True)],
            "gapfill": [self._feed(tables.GAPFILL, files.gapfill, is_small=True)],
            "baselines": [self._feed(tables.BASELINES, files.baselines)],
            "holds": [self._feed(tables.HOLDS, files.holds, is_small=True)],
        }
        taken = (self._take(part, feeds) for part in parts(self.points, self.size))
        yield from in_turn(self._settle, taken)

    def _take(self, part: Part, feeds: dict[str, list[Feed]]) -> "_Taken":
        """Everything about the device points of a part."""
        found = {name: take_all(of, part) for name, of in feeds.items()}
        self.summary.rows_in.update({name: rows.height for name, (rows, _) in found.items()})
        frames = {name: rows for name, (rows, _) in found.items() if name != "holds"}
        rows = Rows(**frames, strays=pl.concat([strays for _, strays in found.values()]))
        holds = found["holds"][0]
        named = part.names.name(holds["point"]).alias("device_point_number")
        register = part.cut(self.register, "device_point_number")
        return _Taken(register, rows, pl.DataFrame([named, *holds[["from", "to", "reason"]]]))

    def _settle(self, taken: "_Taken") -> Settled:
        job = self.job
        return settle_points(
            taken.register,
            taken.rows,
            taken.holds,
            first_day=job.first_day,
            last_day=job.last_day,
            stage=job.stage,
            rules=job.rules,
        )

    def _keep(self, settled: Settled, findings: Any) -> pl.DataFrame:
        """Puts aside what the sites need, writes the findings and hands on the energy."""
        self._refuse_malformed(settled.findings)
        path = self.scratch / "delivered" / f"{self.progress.done}.ipc"
        self.delivered += put_aside(self._by_area(settled), path)
        self.progress.step()
        as_csv(settled.findings).write_csv(findings, include_header=False)
        self.summary.rows_out["findings"] += settled.findings.height
        qualities = settled.energy["quality"].value_counts().iter_rows()
        self.summary.by_quality.update({int(quality): int(count) for quality, count in qualities})
        return settled.energy

    def _by_area(self, settled: Settled) -> pl.DataFrame:
        """What was delivered by the numbers of all premises instead of those of the part."""
        ours = self.premises.all.search_sorted(settled.premises.all).cast(pl.Int64)
        shift = (ours - pl.int_range(len(ours), eager=True)) * STRIDE
        key = pl.col("site_key") + pl.lit(shift).gather(lane_of(pl.col("site_key")))
        return settled.delivered.select(key=key, delivered_wh="delivered_wh", rank="rank")

    def _refuse_malformed(self, findings: pl.DataFrame) -> None:
        """An unknown number that is no device point number at all is a wrong value in its file."""
        unknown = findings.filter(pl.col("code") == Code.UNKNOWN_POINT)["device_point_number"]
        for number in unknown.filter(~unknown.str.contains(r"^[0-9]{22}$")):
            for name, path in self.files.named():
                if name not in ("register", "smart_meter"):
                    self._source(_TABLES[name], path).refuse_number(number)

    def _sites(self) -> Iterator[pl.DataFrame]:
        """The sites of one range of premises after the other, each as soon as all its device points are settled."""
        smart_meter = [self._feed(tables.SMART_METER, self.files.smart_meter)]
        ready = self._complete_with()
        for part in parts(self.premises, self.size):
            measured, _ = take_all(smart_meter, part)
            self.summary.rows_in["smart_meter"] += measured.height
            self.progress.wait_for(max(ready[part.begin : part.end], default=0))
            yield self._settle_sites(part, measured)

    def _complete_with(self) -> pl.Series:
        """Per premises the number of parts of device points that must be settled before it."""
        number = pl.col("device_point_number")  # sorted
        place = (number != number.shift()).fill_null(value=True).cum_sum().cast(pl.Int64) - 1
        parts_before = self.register.select("premises_number", settled=place // self.size + 1)
        by_premises = parts_before.group_by("premises_number").agg(pl.col("settled").max())
        return by_premises.sort("premises_number")["settled"]

    def _settle_sites(self, part: Part, smart_meter: pl.DataFrame) -> pl.DataFrame:
        taken = (run.take_lanes(part.begin, part.end) for run in tuple(self.delivered))
        found = [_DELIVERED.to_frame(), *(rows for rows in taken if rows is not None)]
        key = pl.col("key") - part.begin * STRIDE
        delivered = pl.concat(found).select("delivered_wh", "rank", site_key=key)
        return settle_sites(delivered, smart_meter, premises=part.names, rules=self.job.rules)

    def _source(self, table: Table, path: Path) -> Source:
        return Source(path, table, self.job.rules)

    def _feed(self, table: Table, path: Path | None, *, is_small: bool = False) -> Feed:
        """The rows of a table; no file is a file without rows."""
        is_site = table is tables.SMART_METER
        naming, names = (_PREMISES, self.premises) if is_site else (_POINTS, self.points)
        rows = Numbered(self._source(table, path or Path()), naming, names)
        if path is None:
            return EmptyFeed(rows)
        folder = self.scratch / f"feed-{next(self.feeds)}"
        plain = self.plain if table is tables.READINGS else None
        return FrameFeed(rows) if is_small else feed(rows, folder, plain)

    def _write(self, name: str, schema: pl.Schema, frames: Iterator[pl.DataFrame]) -> None:
        rows = write_parquet(frames, schema, self.folder / f"{name}.parquet")
        self.summary.rows_out[name] = rows


class Progress:
    """How many parts are settled, for the thread that waits for them."""

    def __init__(self) -> None:
        self.done = 0
        self._is_over = False
        self._changed = Condition()

    def step(self) -> None:
        """One part more."""
        with self._changed:
            self.done += 1
            self._changed.notify_all()

    def end(self) -> None:
        """No part will follow, whether all are settled or one was refused."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def wait_for(self, parts_done: int) -> None:
        """Waits until so many parts are settled. Raises :class:`CancelledError` where that will not happen."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or self.done >= parts_done)
            if self.done < parts_done:
                raise CancelledError


_POINTS = Naming("device_point_number", "point")
_PREMISES = Naming("premises_number", "premises")
_DELIVERED = pl.Schema({"key": pl.Int64, "delivered_wh": pl.Int64, "rank": pl.UInt8})
_TABLES = {
    table.name: table
    for table in (tables.READINGS, tables.EXCHANGES, tables.GAPFILL, tables.BASELINES, tables.HOLDS)
}


def _height(path: Path) -> int:
    if path.suffix == ".parquet":
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())
    return path.stat().st_size // (10 if path.suffix == ".gz" else 60)


def _write_run(path: Path, job: Job, inputs: list[dict[str, str]], summary: Summary) -> None:
    run = {
        "first_day": job.first_day.isoformat(),
        "last_day": job.last_day.isoformat(),
        "stage": job.stage,
        "rules": job.rules.as_dict(),
        "code_version": code_version(),
        "inputs": inputs,
        "rows_in": summary.rows_in,
        "rows_out": summary.rows_out,
        "slots_by_quality": {
            str(quality): count for quality, count in sorted(summary.by_quality.items())
        },
        "seconds": summary.seconds,
    }
    path.write_text(json.dumps(run, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
