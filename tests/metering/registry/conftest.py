"""A small area in CSV, and a short way to import it."""

import pytest

from metering.domain.registry_tables import TABLES
from metering.services.registry import importing
from portal.actor import system
from tests.factories import START

# One row per table, each resting on those before it; the column order is the table's.
AREA_ROWS = {
    "organizations": ["91233,みなみ野でんき,,retailer,01=91231,1", "95013,調整力,,aggregator,,1"],
    "reading_dates": ["K01,2026-10-05", "K01,2026-11-05"],
    "premises": ["P1,東京都港区芝1-2-3"],
    "supply_points": ["0300000000000000000001,P1,low,1,K01"],
    "customers": ["C1,青葉 一郎,アオバ イチロウ"],
    "supply_contracts": ["0300000000000000000001,91233,2026-10-01,"],
    "generation_contracts": ["0300000000000000000001,0300000000000000000002,91233,2026-10-01,"],
    "occupancies": ["0300000000000000000001,C1,2026-10-01,"],
    "balancing_contracts": ["B1,P1,95013,2026-10-01,"],
    "terminal_models": ["芝電機,IOT-1,1.0,,2026-04-01,"],
    "device_points": [
        "0390000000000000000016,0300000000000000000001,heat_pump,給湯機,low,6.000,",
        "0390000000000000000024,0300000000000000000001,battery,蓄電池,low,4.9,",
    ],
    "service_periods": [
        "0390000000000000000016,2,0,2026-10-01T00:00,,0123456789AB01,91233,,",
        "0390000000000000000024,1,both,2026-10-01T00:00,,,91233,B1,",
    ],
    "exempt_meters": ["0123456789AB01,0390000000000000000016,芝電機,HP-1,n3,2026-09-30T10:12,"],
    "terminals": ["0123456789ABCDEF,0390000000000000000016,芝電機,IOT-1,1.0,2026-09-30T10:00"],
    "holds": ["0390000000000000000016,suspension,,2026-10-05T00:00,2026-10-06T00:00"],
    "provision_rights": [
        "0390000000000000000016,91233,機器点電力量の提供,2026-10-01T00:00,",
    ],
}


def csv_of(table, rows):
    header = ",".join(column.name for column in TABLES[table].columns)
    return "\n".join([header, *rows, ""])


def load(table, rows, *, encoding="utf-8", **choices):
    """Import ``rows`` (without header) into ``table``; the report."""
    content = csv_of(table, rows).encode(encoding)
    upload = importing.read(content, name=f"{table}.csv", table=table)
    (report,) = importing.import_uploads(
        table=table, files=[upload], actor=system("test"), at=START, **choices
    )
    return report


def verdicts(report):
    """What happened, shortly: the outcome, or code and column of a refusal."""
    return [
        f"{verdict.error.code} {verdict.column}".strip() if verdict.error else str(verdict.outcome)
        for verdict in report.verdicts
    ]


@pytest.fixture
def area(db):
    """The whole small area, imported."""
    for table, rows in AREA_ROWS.items():
        report = load(table, rows)
        assert verdicts(report) == ["created"] * len(rows), table
