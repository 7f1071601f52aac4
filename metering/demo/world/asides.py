"""Files beside the regular ones: what was collected again, put right, read by hand, exchanged, handed in by retailers."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

from metering.demo.world.bad_rows import bad_rows
from metering.demo.world.csv_file import CsvFile
from metering.demo.world.deliveries import Block, blocks
from metering.demo.world.plan import Area
from metering.demo.world.rows import PER_DAY
from metering.demo.world.telling import Aside

Noted = list[tuple[int, str]]  # instant, row
REPORTED_LATE = timedelta(days=21)


def aside_files(area: Area, aside: Aside, folder: Path) -> Iterator[tuple[CsvFile, datetime]]:
    """Each file with its time of arrival; what would arrive after the sample is left out."""
    office = _Office(area, folder)
    for block in blocks(area.first_day, area.until):
        yield from office.recollected(aside.recollected, block)
        yield from office.exchanges(aside.exchanges, block)
    yield from office.late_exchanges(aside.late_exchanges)
    yield from office.corrected(aside.corrected)
    yield from office.by_hand(aside.by_hand)
    yield from office.gapfill(aside.gapfill)


class _Office:
    """Where rows are put into files."""

    def __init__(self, area: Area, folder: Path) -> None:
        self.area = area
        self.folder = folder
        self.afternoon = datetime.combine(area.until, time(15, 30))  # of the last day

    def recollected(self, noted: Noted, block: Block) -> Iterator[tuple[CsvFile, datetime]]:
        """Two days later the metering system has read the terminals' own history (0xE1)."""
        at = block.at(time(9, 30), days_after=2)
        if at <= self.afternoon:
            rows = self._within(noted, block)
            yield from self._file(
                "readings", f"readings-{block.label}-recollected.csv.gz", rows, at
            )

    def exchanges(self, noted: Noted, block: Block) -> Iterator[tuple[CsvFile, datetime]]:
        """Reported overnight."""
        at = block.at(time(0, 30), days_after=1)
        rows = self._within(noted, block)
        yield from self._file("exchanges", f"exchanges-{block.label}.csv", rows, at)

    def late_exchanges(self, noted: Noted) -> Iterator[tuple[CsvFile, datetime]]:
        """One fitter sent the slip weeks later; until then the new meter is a foreign one."""
        if noted:
            at = min(self._start_of(noted) + REPORTED_LATE, self.afternoon)
            rows = [row for _, row in noted]
            yield from self._file("exchanges", "exchanges-reported-late.csv", rows, at)

    def corrected(self, noted: Noted) -> Iterator[tuple[CsvFile, datetime]]:
        """The day again, for the points whose registers stood still in the first delivery."""
        if noted:
            start = self._start_of(noted)
            at = min(start + timedelta(days=3, hours=11), self.afternoon)
            rows = [row for _, row in noted]
            yield from self._file("readings", f"readings-{start:%Y-%m-%d}-corrected.csv", rows, at)

    def by_hand(self, noted: Noted) -> Iterator[tuple[CsvFile, datetime]]:
        """Some readings typed in by a person: a few right ones and the usual mistakes."""
        day = self.area.until - timedelta(days=1)
        rows = [row for instant, row in noted if instant < self._instant_of(self.afternoon)][:6]
        rows += bad_rows(self.area, day)
        yield from self._file("readings", f"readings-{day}-by-hand.csv", rows, self.afternoon)

    def gapfill(self, noted: Noted) -> Iterator[tuple[CsvFile, datetime]]:
        """Two submissions of the retailers; the gaps of the last day are not asked for yet."""
        last = self._instant_of(datetime.combine(self.area.until, time.min))
        half = last // 2
        early = [row for instant, row in noted if instant <= half]
        late = [row for instant, row in noted if half < instant <= last]
        middle = self.area.first_day + timedelta(days=self.area.days // 2 + 5)
        at = min(datetime.combine(middle, time(10, 15)), self.afternoon)
        yield from self._file("gapfill", "gapfill-1.csv", early, at)
        yield from self._file("gapfill", "gapfill-2.csv", late, self.afternoon)

    def _within(self, noted: Noted, block: Block) -> list[str]:
        first = (block.first - self.area.first_day).days * PER_DAY
        last = (block.last - self.area.first_day).days * PER_DAY + PER_DAY
        return [row for instant, row in noted if first < instant <= last]

    def _start_of(self, noted: Noted) -> datetime:
        """00:00 of the day of the first row."""
        day = self.area.first_day + timedelta(days=(noted[0][0] - 1) // PER_DAY)
        return datetime.combine(day, time.min)

    def _instant_of(self, at: datetime) -> int:
        start = datetime.combine(self.area.first_day, time.min)
        return int((at - start) / timedelta(minutes=30))

    def _file(
        self, kind: str, name: str, rows: Iterable[str], at: datetime
    ) -> Iterator[tuple[CsvFile, datetime]]:
        lines = list(rows)
        if lines:
            with CsvFile(kind, self.folder / name) as file:
                file.write(lines)
            yield file, at
