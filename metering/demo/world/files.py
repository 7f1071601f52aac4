"""The files of a sample area: everything a metering system, a market system and the retailers would deliver.

Written day by day and premises by premises, so that memory stays with one day however many days there are.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from metering.demo.world import rows
from metering.demo.world.asides import aside_files
from metering.demo.world.behaviour import Conditions
from metering.demo.world.calls import called
from metering.demo.world.csv_file import CsvFile
from metering.demo.world.deliveries import EVENING_FROM, Block, Delivery, blocks
from metering.demo.world.life import HomeDay, Household, Today
from metering.demo.world.plan import Area
from metering.demo.world.telling import Aside
from metering.demo.world.troubles import Planner, Trouble
from metering.demo.world.weather import weather

NIGHTLY = time(0, 40)  # when the day before arrives
PLANS_DUE = time(12, 0)  # on the day before


@dataclass
class Written:
    """The files in order of arrival and what stands in them."""

    deliveries: list[Delivery] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)  # per kind of input
    troubles: dict[str, Trouble] = field(default_factory=dict)

    @property
    def gaps(self) -> int:
        """Runs of instants without a usable reading, over all device points."""
        return sum(trouble.gaps for trouble in self.troubles.values())

    def add(self, file: CsvFile, delivered_at: datetime) -> None:
        """One more file; nobody delivers one without rows."""
        if not file.rows:
            file.path.unlink()
            return
        self.deliveries.append(Delivery(delivered_at, file.kind, file.path))
        self.rows[file.kind] = self.rows.get(file.kind, 0) + file.rows


class Writer:
    """Lets the days of an area pass and writes down what is delivered."""

    def __init__(self, area: Area, folder: Path) -> None:
        self.area = area
        self.folder = folder
        self.aside = Aside()
        self.written = Written(troubles=Planner(area).plan())
        self.households = [
            Household(home, area.seed, area.first_day, self.written.troubles) for home in area.homes
        ]

    def write(self) -> Written:
        """All files; nothing of an earlier attempt stays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob("*.csv*"):
            old.unlink()
        for block in blocks(self.area.first_day, self.area.until):
            self._block(block)
        for file, delivered_at in aside_files(self.area, self.aside, self.folder):
            self.written.add(file, delivered_at)
        self.written.deliveries.sort()
        return self.written

    def _block(self, block: Block) -> None:
        """The regular files of some days: readings, plans of balancing devices, smart meters."""
        if block.last == self.area.until:
            return self._last_day(block)
        with ExitStack() as open_files:
            readings, plans, smart_meters = (
                open_files.enter_context(self._file(kind, block.label, ".csv.gz"))
                for kind in ("readings", "baselines", "smart_meter")
            )
            readings.write(self._first_readings(block))
            for day in block.days():
                for sent in self._live(day):
                    readings.write(row for told in sent.readings for row in told)
                    plans.write(sent.baselines)
                    smart_meters.write([sent.smart_meter])
        self.written.add(readings, block.at(NIGHTLY, days_after=1))
        self._add_regular(block, plans, smart_meters)
        return None

    def _last_day(self, block: Block) -> None:
        """The day itself as plain CSV until the evening, then half hour by half hour."""
        day = block.last
        by_instant: list[list[str]] = [[] for _ in range(rows.PER_DAY)]
        with (
            self._file("baselines", block.label, ".csv.gz") as plans,
            self._file("smart_meter", block.label, ".csv.gz") as smart_meters,
        ):
            for sent in self._live(day):
                plans.write(sent.baselines)
                smart_meters.write([sent.smart_meter])
                for told in sent.readings:
                    for place, row in enumerate(told):
                        by_instant[place].append(row)
        self._add_regular(block, plans, smart_meters)
        first = self._first_readings(block)
        daytime = [row for lines in by_instant[:EVENING_FROM] for row in lines]
        self._plain_file(f"{day}", [*first, *daytime], _after(day, EVENING_FROM))
        for instant, lines in enumerate(by_instant[EVENING_FROM:], start=EVENING_FROM + 1):
            self._plain_file(f"{day}-{instant}", lines, _after(day, instant))

    def _live(self, day: date) -> Iterator[HomeDay]:
        """The day of every premises, one after the other."""
        sky = weather(self.area.seed, day)
        aggregators = ["", *(company.code for company in self.area.aggregators)]
        conditions = {
            code: Conditions(sky, called(self.area.seed, code, day)) for code in aggregators
        }
        index, texts = (day - self.area.first_day).days, rows.instants(day)
        for household in self.households:
            today = Today(index, day, conditions[household.home.aggregator], texts)
            yield household.live(today, self.aside)

    def _first_readings(self, block: Block) -> list[str]:
        if block.first != self.area.first_day:
            return []
        text = rows.stamp(datetime.combine(block.first, time.min))
        return [household.first_readings(text) for household in self.households]

    def _add_regular(self, block: Block, plans: CsvFile, smart_meters: CsvFile) -> None:
        day_before = block.first - timedelta(days=1)
        self.written.add(plans, datetime.combine(day_before, PLANS_DUE))
        self.written.add(smart_meters, block.at(NIGHTLY, days_after=1))

    def _plain_file(self, label: str, lines: Iterable[str], delivered_at: datetime) -> None:
        with self._file("readings", label, ".csv") as file:
            file.write(lines)
        self.written.add(file, delivered_at)

    def _file(self, kind: str, label: str, suffix: str) -> CsvFile:
        return CsvFile(kind, self.folder / f"{kind.replace('_', '-')}-{label}{suffix}")


def _after(day: date, instant: int) -> datetime:
    """Six minutes after an instant of a day."""
    return datetime.combine(day, time.min) + timedelta(minutes=30 * instant + 6)
