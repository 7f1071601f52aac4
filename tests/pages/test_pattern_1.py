"""What a retailer may learn of pattern 1: slots and quality outcomes, and nothing that depends on energy (decisions 28).

The energies of pattern 1 are canaries: numbers that occur nowhere else. They must not be in any page of a retailer, in
no spelling, and a page must be the same to the byte whatever they are.
"""

import re
from datetime import date

import pytest

from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.models import PartResult, Publication, RunPart, ServicePeriod, SettlementRun
from tests.factories import make_point_in_service
from tests.pages.conftest import As, Cast
from tests.pages.published import Values, publish, steady
from tests.pages.reading import check_manners, read

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 19)
CANARY_WH = 2_718
SPELLINGS = ["2718", "2.718", "2,718", "2.7 kWh", "27.2", "130.464", "130464", "130,464", "130.5"]

QUALITIES = {
    10: Quality.EVENLY_DISTRIBUTED,
    11: Quality.FILLED_REGISTER,
    12: Quality.FILLED_INTERVAL,
    13: Quality.ZERO,
    14: Quality.EXCHANGED,
}


def canary(day: date, slot: int, direction: int) -> tuple[int | None, Quality]:
    if day.day == 16 and slot > 44:
        return None, Quality.MISSING
    if day.day == 15 and slot < 4:
        return None, Quality.HELD
    return CANARY_WH, QUALITIES.get(slot, Quality.MEASURED) if day.day == 7 else Quality.MEASURED


@pytest.fixture
def services(cast: Cast) -> dict[str, ServicePeriod]:
    return {
        "one": make_point_in_service(
            ServicePattern.BALANCING, retailer=cast.a, directions="01", rated_w=6_000
        ),
        "two": make_point_in_service(retailer=cast.a),
    }


def addresses(services: dict[str, ServicePeriod]) -> list[str]:
    point = f"/points/{services['one'].device_point.number}/"
    queries = ["", "?view=values", "?direction=1", "?day=2026-11-07", "?day=2026-11-16&view=values"]
    return [
        "/",
        "/points/",
        "/points/?pattern=1",
        "/files/",
        "/files/completeness/?day=2026-11-19",
        *(point + query for query in queries),
    ]


def published(services: dict[str, ServicePeriod], values: Values = canary) -> None:
    one, two = services["one"].device_point, services["two"].device_point
    publish({one: values, two: steady}, FIRST, LAST)
    publish({one: values, two: steady}, FIRST, date(2026, 11, 11), stage="final")


def test_no_page_of_a_retailer_holds_an_energy_of_pattern_1(
    as_: As, services: dict[str, ServicePeriod]
):
    published(services)
    client = as_("a")
    for address in addresses(services):
        response = client.get(address)
        assert response.status_code == 200, address
        said = response.content.decode() + str(response.headers)
        assert [spelling for spelling in SPELLINGS if spelling in said] == [], address


def test_the_canary_is_found_where_it_may_be(as_: As, services: dict[str, ServicePeriod]):
    published(services)
    said = as_("operator").get(f"/points/{services['one'].device_point.number}/").content.decode()
    assert "2.718" in said
    assert "130.464" in said


def test_the_pages_are_the_same_whatever_the_energies_are(
    as_: As, services: dict[str, ServicePeriod]
):
    """Equal to the byte, so that neither marks nor the size of a page tell anything."""
    client = as_("a")

    def pages(energy: int) -> list[bytes]:
        published(
            services, lambda *where: (energy if canary(*where)[0] else None, canary(*where)[1])
        )
        return [without_token(client.get(address).content) for address in addresses(services)]

    before = pages(0)
    forget_results()
    assert pages(98_765) == before


def without_token(content: bytes) -> bytes:
    """The page without what differs between two loads of it anyway: the masked form token."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", content)


def forget_results() -> None:
    for model in (Publication, RunPart, PartResult, SettlementRun):
        model._base_manager.all()._raw_delete("default")


def test_the_quality_of_every_slot_is_shown_in_words_and_shape(
    as_: As, services: dict[str, ServicePeriod]
):
    published(services)
    page = check_manners(
        as_("a").get(f"/points/{services['one'].device_point.number}/?day=2026-11-07")
    )
    row = next(
        row for row in page.one("table", class_="heat").all("tr") if row.text().startswith("11/7")
    )
    cells = row.all("td")
    assert [cell.text() for cell in cells[8:14]] == [
        "計測",
        "均等配分",
        "補完（積算値）",
        "補完（30分値）",
        "ゼロ",
        "計器交換をまたぐ計測",
    ]
    assert cells[9].attributes["class"] == "seen q3"
    assert "パターン1の電力量は表示しません" in page.text()
    runs = page.one("section", aria_labelledby="day").one("table").rows()
    assert runs[1] == ["00:00–04:30", "1–9", "9", "計測"]
    assert ["04:30–05:00", "10", "1", "均等配分"] in runs


def test_there_are_no_totals_no_line_and_no_numbers_to_choose(
    as_: As, services: dict[str, ServicePeriod]
):
    published(services)
    page = read(as_("a").get(f"/points/{services['one'].device_point.number}/"))
    head = page.one("table", class_="heat").one("thead").text()
    assert "値なし" in head
    assert "計" not in head.replace("計測", "")
    assert not page.all("svg", class_="day-line")
    assert "数値で見る" not in page.text()
    assert "kWh" not in page.text()
