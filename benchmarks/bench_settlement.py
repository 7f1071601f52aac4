"""Benchmark of the settlement: Parquet to Parquet, beside the same rules in DuckDB and beside copying the files.

    python -m benchmarks.bench_settlement --points 200000 1000000 --order point instant

Every contender runs in a process of its own with two threads, in turn, ``--repeat`` times; the best time counts, and the
largest peak of its memory (the high-water mark of the process). The input is that of decisions.md 45, see
``make_readings``. ``settle`` is the whole of ``settle_files`` (energy, sites, findings, digests of the inputs, run.json);
the peer writes energy and sites; ``copy`` streams every large input file through the frame engine. DuckDB's energy and
sites are compared with ours row by row. With ``--sites`` baselines and smart-meter values are settled (and copied) too.

Targets: settle ≤ 0.8 × DuckDB (aim 0.45), ≤ 2.5 × copy (aim 1.2); peak < 1 GiB for 200,000 points, < 2 GiB for 1,000,000.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

THREADS = 2
CONTENDERS = ("copy", "settle", "duckdb")
REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Course:
    """One input and what is done with it."""

    folder: Path
    order: str
    sites: bool

    @property
    def readings(self) -> Path:
        return self.folder / f"readings-{self.order}.parquet"

    @property
    def large_files(self) -> list[Path]:
        extra = ["baselines.parquet", "smart_meter.parquet"] if self.sites else []
        return [self.readings, *(self.folder / name for name in extra)]

    def out(self, contender: str) -> Path:
        return self.folder / f"out-{contender}"


def copy(course: Course) -> None:
    """The floor: read and write the same rows."""
    import polars as pl

    course.out("copy").mkdir(exist_ok=True)
    for path in course.large_files:
        pl.scan_parquet(path).sink_parquet(course.out("copy") / path.name)


def settle(course: Course) -> None:
    """The calculation."""
    from benchmarks.make_readings import DAY
    from metering.settlement.offline import Files, Job, settle_files

    folder = course.folder
    files = Files(
        register=folder / "register.parquet",
        readings=[course.readings],
        exchanges=folder / "exchanges.parquet",
        gapfill=folder / "gapfill.parquet",
        baselines=folder / "baselines.parquet" if course.sites else None,
        smart_meter=folder / "smart_meter.parquet" if course.sites else None,
    )
    summary = settle_files(
        files, Job(first_day=DAY, last_day=DAY, stage="final"), course.out("settle")
    )
    print(summary.line(), file=sys.stderr)


def peer(course: Course) -> None:
    """The same rules in SQL."""
    from benchmarks.duckdb_settlement import settle as settle_in_sql
    from benchmarks.make_readings import DAY

    settle_in_sql(
        course.folder,
        course.readings,
        course.out("duckdb"),
        first_day=DAY,
        last_day=DAY,
        sites=course.sites,
        threads=THREADS,
    )


RUNS: dict[str, Callable[[Course], None]] = {"copy": copy, "settle": settle, "duckdb": peer}
IMPORTS = {
    "copy": "import polars",
    "settle": "import metering.settlement.offline, benchmarks.make_readings",
    "duckdb": "import benchmarks.duckdb_settlement, benchmarks.make_readings",
}


def run_alone(contender: str, course: Course) -> None:
    """One contender in this process; its time (without imports) and peak memory as JSON."""
    exec(IMPORTS[contender])
    began = perf_counter()
    RUNS[contender](course)
    seconds = perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "peak_mib": peak}))


def measure(contender: str, course: Course) -> dict[str, float]:
    """One contender in a process of its own."""
    shutil.rmtree(course.out(contender), ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.bench_settlement", "--contender", contender]
    command += ["--folder", str(course.folder), "--order", course.order]
    command += ["--sites"] if course.sites else []
    environment = os.environ | {"POLARS_MAX_THREADS": str(THREADS)}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=REPOSITORY, env=environment
    )
    if done.returncode:
        raise SystemExit(f"{contender} failed:\n{done.stderr}")
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def best_of(course: Course, repeat: int) -> dict[str, dict[str, float]]:
    """The best time and the largest peak of every contender, measured in turn."""
    best: dict[str, dict[str, float]] = {}
    for _ in range(repeat):
        for contender in CONTENDERS:
            measured = measure(contender, course)
            known = best.setdefault(contender, measured)
            known["seconds"] = min(known["seconds"], measured["seconds"])
            known["peak_mib"] = max(known["peak_mib"], measured["peak_mib"])
    return best


def differences(course: Course) -> Iterator[str]:
    """Where DuckDB's results are not ours, row by row."""
    import polars as pl

    for name in ("energy", "sites"):
        ours, theirs = (
            pl.scan_parquet(course.out(contender) / f"{name}.parquet")
            for contender in ("settle", "duckdb")
        )
        schema = ours.collect_schema()
        theirs = theirs.select(pl.col(column).cast(dtype) for column, dtype in schema.items())
        for number, (left, right) in enumerate(
            zip(
                ours.collect_batches(chunk_size=1_000_000),
                theirs.collect_batches(chunk_size=1_000_000),
                strict=True,
            )
        ):
            if not left.equals(right):
                yield f"{name}: rows from {number:,} million differ"


def report(points: int, course: Course, best: dict[str, dict[str, float]]) -> str:
    """One row of the table."""
    seconds = {contender: best[contender]["seconds"] for contender in CONTENDERS}
    to_duckdb, to_copy = seconds["settle"] / seconds["duckdb"], seconds["settle"] / seconds["copy"]
    unequal = list(differences(course))
    return (
        f"| {points:,} | {course.order} | {'yes' if course.sites else 'no'} "
        f"| {seconds['copy']:.2f} | {seconds['settle']:.2f} | {seconds['duckdb']:.2f} "
        f"| {to_duckdb:.2f} | {to_copy:.2f} "
        f"| {best['settle']['peak_mib']:.0f} | {best['duckdb']['peak_mib']:.0f} "
        f"| {'; '.join(unequal) or 'equal'} |"
    )


HEADER = (
    "| device points | order | sites | copy s | settle s | DuckDB s | settle / DuckDB | settle / copy "
    "| peak MiB | DuckDB MiB | rows |\n" + "|---" * 11 + "|"
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, nargs="+", default=[200_000])
    parser.add_argument(
        "--order", choices=["point", "instant"], nargs="+", default=["point", "instant"]
    )
    parser.add_argument(
        "--sites", action="store_true", help="with baselines and smart-meter values"
    )
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--work", type=Path, default=REPOSITORY / "var" / "benchmarks")
    parser.add_argument(
        "--contender", choices=CONTENDERS, help="run this one alone (used by the benchmark itself)"
    )
    parser.add_argument("--folder", type=Path, help="its input")
    options = parser.parse_args()
    if options.contender:
        run_alone(options.contender, Course(options.folder, options.order[0], options.sites))
        return
    print(
        f"load average {os.getloadavg()[0]:.1f}, best of {options.repeat}, {THREADS} threads\n{HEADER}"
    )
    for points in options.points:
        for order in options.order:
            course = Course(options.work / str(points), order, options.sites)
            make = [sys.executable, "-m", "benchmarks.make_readings", "--points", str(points)]
            subprocess.run(
                [*make, "--order", order, "--out", str(course.folder)], check=True, cwd=REPOSITORY
            )
            print(report(points, course, best_of(course, options.repeat)), flush=True)


if __name__ == "__main__":
    main()
