"""A device point's page: month, day, stages, edges, and what each reader is shown of them."""

from datetime import date, datetime

import pytest

from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.models import ProvisionRight, ServicePeriod
from portal.timekeeping.half_hours import JST
from tests.factories import make_point_in_service, make_reading_schedule, make_supply_contract
from tests.pages.conftest import As, Cast
from tests.pages.published import publish, steady
from tests.pages.reading import Element, check_manners, read

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 19)


@pytest.fixture
def service(cast: Cast) -> ServicePeriod:
    return make_point_in_service(retailer=cast.a, name="ひなた町店 給湯機", rated_w=4_500)


def shaped(day: date, slot: int, direction: int) -> tuple[int | None, Quality]:
    """Night use; the 16th misses eight slots, the 9th is held for two, the 5th has an exchange."""
    if day.day == 16 and 33 <= slot <= 40:
        return None, Quality.MISSING
    if day.day == 9 and slot in (20, 21):
        return None, Quality.HELD
    if day.day == 5 and slot == 28:
        return 300, Quality.EXCHANGED
    return (2_299 if 3 <= slot <= 8 else 0), Quality.MEASURED


def heat(page: Element) -> Element:
    return page.one("table", class_="heat")


def row_of(page: Element, day: str) -> Element:
    return next(
        row for row in heat(page).all("tr") if row.all("th", class_="day") and day in row.text()
    )


def test_each_day_is_a_row_of_48_slots_and_a_total(as_: As, service: ServicePeriod):
    publish({service.device_point: shaped}, FIRST, LAST)
    page = check_manners(as_("a").get(f"/points/{service.device_point.number}/"))
    rows = [row for row in heat(page).all("tr") if row.all("td")]
    assert len(rows) == 19
    assert {len(row.all("td")) for row in rows} == {49}
    assert row_of(page, "11/1").all("td")[-1].text() == "13.2"  # six slots of 2.2 kWh provided
    assert [cell.text() for cell in row_of(page, "11/1").all("td")[:4]] == [
        "0.0",
        "0.0",
        "2.2",
        "2.2",
    ]


def test_a_missing_slot_is_never_a_zero_and_marks_the_total(as_: As, service: ServicePeriod):
    publish({service.device_point: shaped}, FIRST, LAST)
    page = read(as_("a").get(f"/points/{service.device_point.number}/"))
    cells = row_of(page, "11/16").all("td")
    assert [cell.text() for cell in cells[31:34]] == ["0.0", "欠測", "欠測"]
    assert cells[32].attributes["class"] == "q9"
    assert cells[-1].text() == "13.2*"
    held = row_of(page, "11/9").all("td")
    assert held[19].text() == "保留"
    assert held[-1].text().endswith("*")


def test_quality_is_said_besides_the_value(as_: As, service: ServicePeriod):
    publish({service.device_point: shaped}, FIRST, LAST)
    page = read(as_("a").get(f"/points/{service.device_point.number}/"))
    cell = row_of(page, "11/5").all("td")[27]
    assert cell.text() == "0.3 計器交換をまたぐ計測"
    assert "q5" in cell.attributes["class"].split()


def test_the_finding_counts_what_the_map_shows(as_: As, service: ServicePeriod):
    publish({service.device_point: shaped}, FIRST, LAST)
    page = read(as_("a").get(f"/points/{service.device_point.number}/"))
    finding = page.all("p", class_="finding")[0].text()
    assert finding == (
        "19日・912コマのうち、欠測は 8コマ（0.9%）です。保留は 2コマです。使用の 83% は 01:00–03:30（コマ3–7）に集まっています。"
    )


def test_final_days_stand_before_provisional_ones_in_groups_of_their_own(as_: As, cast: Cast):
    service = make_point_in_service(retailer=cast.a)
    schedule = make_reading_schedule(date(2026, 11, 12), date(2026, 11, 18), date(2026, 12, 14))
    service.device_point.supply_point.reading_schedule = schedule
    service.device_point.supply_point.save()
    publish({service.device_point: steady}, FIRST, date(2026, 11, 11), stage="final")
    publish({service.device_point: steady}, FIRST, LAST)
    page = read(as_("a").get(f"/points/{service.device_point.number}/"))
    assert [head.text() for head in heat(page).all("th", class_="stage")] == [
        "確定 11/01–11/11",
        "速報 11/12–11/17（検針日 11/18（水） の後に確定）",
        "速報 11/18–11/19（検針日 12/14（月） の後に確定）",
    ]


def close_periods(service: ServicePeriod, *reading_days: date) -> None:
    """Give the point a schedule with these 検針日."""
    supply_point = service.device_point.supply_point
    supply_point.reading_schedule = make_reading_schedule(*reading_days)
    supply_point.save()


def test_a_final_run_for_other_points_hides_nothing_while_the_period_is_open(
    as_: As, service: ServicePeriod
):
    close_periods(
        service, date(2026, 11, 12), date(2026, 11, 18)
    )  # the fourth business day is to come
    publish({service.device_point: shaped}, FIRST, LAST)
    publish({service.device_point: steady}, FIRST, LAST, stage="final")
    page = read(as_("a").get(f"/points/{service.device_point.number}/"))
    assert row_of(page, "11/16").all("td")[32].text() == "欠測"


def test_a_late_provisional_run_does_not_hide_the_final_one(as_: As, service: ServicePeriod):
    close_periods(service, date(2026, 11, 17))  # the fourth business day is 2026-11-20
    publish({service.device_point: steady}, FIRST, LAST, stage="final")
    publish({service.device_point: shaped}, FIRST, LAST, at=datetime(2026, 11, 20, 9, tzinfo=JST))
    page = read(as_("a").get(f"/points/{service.device_point.number}/"))
    assert row_of(page, "11/16").all("td")[32].text() == "1.2"


def test_the_chosen_day_stands_in_the_address_and_its_table_holds_the_line(
    as_: As, service: ServicePeriod
):
    publish({service.device_point: shaped}, FIRST, LAST)
    page = check_manners(as_("a").get(f"/points/{service.device_point.number}/?day=2026-11-16"))
    day = page.one("section", aria_labelledby="day")
    assert day.one("h2").text() == "1日の動き 11/16（月）速報"
    assert day.all("p", class_="finding")[0].text() == (
        "11/16 は 16:00–20:00 の8コマが欠測です。値のあるコマの計は 13.2 kWh です。"
    )
    rows = day.one("table", class_="table").rows()
    assert len(rows) == 1 + 48 + 1
    assert rows[33] == ["コマ33 16:00–16:30", "欠測", "0.0", "0.0", "欠測"]
    assert rows[-1][:4] == ["計", "13.2", "13.2", "13.2"]
    assert len(day.all("svg", class_="day-line")) == 2
    assert row_of(page, "11/16").one("a").attributes["aria-current"] == "true"


def test_two_whole_days_are_compared(as_: As, service: ServicePeriod):
    publish({service.device_point: shaped}, FIRST, LAST)
    page = read(as_("a").get(f"/points/{service.device_point.number}/?day=2026-11-06"))
    assert page.one("section", aria_labelledby="day").all("p", class_="finding")[0].text() == (
        "11/6 に欠測はありません。計は 13.2 kWh で、前日の 13.5 kWh より 0.3 kWh 少ない値です。"
    )


def test_the_contract_cuts_the_days_and_says_why(as_: As, cast: Cast):
    service = make_point_in_service(retailer=cast.a, starts_at=datetime(2026, 11, 14, tzinfo=JST))
    publish({service.device_point: steady}, FIRST, LAST)
    response = as_("a").get(f"/points/{service.device_point.number}/")
    page = read(response)
    assert len([row for row in heat(page).all("tr") if row.all("td")]) == 6
    assert "2026/11/14 00:00 より前は契約期間外のため表示しません。" in page.text()


def test_a_day_with_an_edge_inside_shows_only_its_own_slots(as_: As, cast: Cast):
    service = make_point_in_service(retailer=cast.a, ends_at=datetime(2026, 11, 10, 12, tzinfo=JST))
    publish({service.device_point: steady}, FIRST, LAST)
    page = read(as_("a").get(f"/points/{service.device_point.number}/"))
    cells = row_of(page, "11/10").all("td")
    assert [cell.text() for cell in cells[23:25]] == ["1.2", "対象外"]
    assert cells[-1].text() == "28.8"
    assert "2026/11/10 12:00 から先は契約期間外のため表示しません。" in page.text()


def test_after_a_switch_each_retailer_sees_the_days_of_its_own_contract(as_: As, cast: Cast):
    switch = datetime(2026, 11, 10, tzinfo=JST)
    old = make_point_in_service(retailer=cast.a, ends_at=switch)
    contract = old.device_point.supply_point.supply_contracts.get()
    contract.ends_on = switch.date()
    contract.save()
    make_supply_contract(
        supply_point=old.device_point.supply_point, retailer=cast.b, starts_on=switch.date()
    )
    ServicePeriod.objects.create(
        device_point=old.device_point, retailer=cast.b, pattern=2, directions="0", starts_at=switch
    )
    ProvisionRight.objects.create(
        device_point=old.device_point, recipient=cast.b, purpose="提供", starts_at=switch
    )
    publish({old.device_point: steady}, FIRST, LAST)
    address = f"/points/{old.device_point.number}/"
    seen = {who: read(as_(who).get(address)) for who in ("a", "b", "operator")}
    days = {
        who: [row.one("th").text() for row in heat(page).all("tr") if row.all("td")]
        for who, page in seen.items()
    }
    assert (days["a"][0], days["a"][-1]) == ("11/1（日）", "11/9（月）")
    assert (days["b"][0], days["b"][-1]) == ("11/10（火）", "11/19（木）")
    assert len(days["operator"]) == 19
    assert "表示しません" not in seen["operator"].text()


def test_without_a_right_to_provide_a_retailer_sees_no_values(as_: As, service: ServicePeriod):
    ProvisionRight.objects.update(ends_at=datetime(2026, 11, 5, tzinfo=JST))
    publish({service.device_point: steady}, FIRST, LAST)
    page = read(as_("a").get(f"/points/{service.device_point.number}/"))
    assert len([row for row in heat(page).all("tr") if row.all("td")]) == 4
    assert (
        "2026/11/05 00:00 から先は提供の根拠（同意）がない期間のため表示しません。" in page.text()
    )
    assert (
        len(
            [
                row
                for row in heat(
                    read(as_("operator").get(f"/points/{service.device_point.number}/"))
                ).all("tr")
                if row.all("td")
            ]
        )
        == 19
    )


def test_numbers_are_asked_for_in_the_address(as_: As, service: ServicePeriod):
    publish({service.device_point: steady}, FIRST, LAST)
    page = read(as_("a").get(f"/points/{service.device_point.number}/?view=values"))
    assert "heat--values" in heat(page).attributes["class"].split()
    chosen = [link.text() for link in page.all("a", aria_current="true")]
    assert "数値で見る" in chosen


def test_the_operator_sees_the_settled_wh_beside_what_is_provided(as_: As, service: ServicePeriod):
    publish({service.device_point: steady}, FIRST, LAST)
    address = f"/points/{service.device_point.number}/"
    rows = (
        read(as_("operator").get(address))
        .one("section", aria_labelledby="day")
        .one("table", class_="table")
        .rows()
    )
    assert rows[0][-1] == "計算値 (Wh)"
    assert rows[1][-1] == "1,234"
    assert "1,234" not in as_("a").get(address).content.decode()


def test_both_directions_of_pattern_1_are_one_choice_apart_for_the_operator(as_: As, cast: Cast):
    service = make_point_in_service(ServicePattern.BALANCING, retailer=cast.a, directions="01")
    publish(
        {service.device_point: lambda day, slot, direction: (1_000 + direction, Quality.MEASURED)},
        FIRST,
        LAST,
    )
    client = as_("operator")
    forward = read(client.get(f"/points/{service.device_point.number}/"))
    reverse = read(client.get(f"/points/{service.device_point.number}/?direction=1"))
    assert row_of(forward, "11/1").all("td")[0].text() == "1.000"
    assert row_of(reverse, "11/1").all("td")[0].text() == "1.001"
    assert row_of(reverse, "11/1").all("td")[-1].text() == "48.048"


def test_a_day_cut_at_the_slot_just_ended_says_what_is_not_there_yet(
    as_: As, service: ServicePeriod
):
    publish({service.device_point: steady}, date(2026, 11, 20), date(2026, 11, 20), through_slot=20)
    page = read(as_("a").get(f"/points/{service.device_point.number}/"))
    cells = row_of(page, "11/20").all("td")
    assert [cell.text() for cell in cells[19:21]] == ["1.2", "未計算"]
    assert cells[-1].text() == "24.0*"


@pytest.mark.parametrize(
    "query",
    [
        "month=x",
        "month=2026-13",
        "day=31-31",
        "day=9999-12-31",
        "month=0001-01",
        "direction=7",
        "view=z",
        "month=9999-12",
    ],
)
def test_an_address_that_says_nonsense_shows_the_page_as_without_it(
    query: str, as_: As, service: ServicePeriod
):
    publish({service.device_point: steady}, LAST, LAST)
    assert as_("a").get(f"/points/{service.device_point.number}/?{query}").status_code == 200


def test_a_month_without_results_says_so(as_: As, service: ServicePeriod):
    page = check_manners(as_("a").get(f"/points/{service.device_point.number}/"))
    assert "この月の結果はまだありません" in page.text()
    assert not page.all("table", class_="heat")


@pytest.mark.parametrize("who", ["b", "nobody"])
def test_others_are_told_that_there_is_no_such_point(who: str, as_: As, service: ServicePeriod):
    status = as_(who).get(f"/points/{service.device_point.number}/").status_code
    assert status == (403 if who == "nobody" else 404)


def test_the_page_costs_the_same_queries_whatever_it_shows(
    as_: As, service: ServicePeriod, django_assert_num_queries
):
    client = as_("a")
    address = f"/points/{service.device_point.number}/"
    publish({service.device_point: steady}, LAST, LAST, stage="final")
    publish({service.device_point: steady}, LAST, LAST)
    with django_assert_num_queries(17):
        client.get(address)
    publish({service.device_point: steady}, FIRST, LAST)
    publish(
        {service.device_point: steady},
        FIRST,
        LAST,
        stage="final",
        at=datetime(2026, 11, 20, 9, tzinfo=JST),
    )
    with django_assert_num_queries(17):
        client.get(address)
