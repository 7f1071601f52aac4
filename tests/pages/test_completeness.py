"""The completeness of a day on its page: totals, lists, and for whom."""

from datetime import date

import pytest

from edi.domain.profile import ReceiverSwitches
from edi.messages.envelope import Party
from edi.services import completeness
from edi.services.completeness import Slots, Statement
from edi.services.receivers import Receiver
from edi.views.completeness import described, spans
from portal.organizations.models import Organization
from tests.factories import make_point_in_service
from tests.pages.conftest import As, Cast
from tests.pages.reading import check_manners, read

DAY = date(2026, 11, 19)
ALL = (1 << 48) - 1


def statement(**lists: dict[str, int]) -> Statement:
    receiver = Receiver(
        organization_id=1,
        party=Party(code="M0413", name="みなみ野でんき"),
        switches=ReceiverSwitches(),
    )
    made = Statement(receiver=receiver, day=DAY, through_slot=48)
    for name, by_point in lists.items():
        setattr(made, name, Slots(dict(by_point)))
    return made


def test_sets_of_slots_are_told_as_spans():
    assert spans(0b1011) == ["00:00–01:00", "01:30–02:00"]
    assert spans(ALL) == ["00:00–24:00"]


def test_only_lists_that_hold_something_are_shown():
    shown = described(statement(expected={"1": 3}, sent={"1": 1}, missing={"1": 2}))
    assert [str(one["word"]) for one in shown["lists"]] == ["欠測（値がない）", "送付した値"]
    assert shown["lists"][0]["rows"] == [{"number": "1", "slots": 1, "spans": ["00:30–01:00"]}]
    assert shown["is_complete"]


def test_a_long_list_is_counted_to_the_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("edi.views.completeness.LISTED_POINTS", 2)
    (shown,) = described(statement(sent={str(n): 1 for n in range(5)}))["lists"]
    assert (shown["points"], len(shown["rows"]), shown["more"]) == (5, 2, 3)


def test_the_operator_sees_every_receiver_and_what_is_left_over(
    as_: As, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    number = make_point_in_service(retailer=cast.a).device_point.number
    asked: list[date] = []

    def statements(*, day: date, at: object) -> list[Statement]:
        asked.append(day)
        return [statement(expected={number: ALL}, sent={number: 1}, unexplained={number: ALL - 1})]

    monkeypatch.setattr(completeness, "statements", statements)
    page = check_manners(as_("operator").get("/files/completeness/?day=2026-11-18"))
    assert asked == [date(2026, 11, 18)]
    assert page.all("table")[0].rows()[1] == [
        "みなみ野でんきM0413",
        "48 (1)",
        "1 (1)",
        "0 (0)",
        "0 (0)",
        "47",
        "食い違いあり",
    ]
    assert "説明のつかないコマか" in page.text()
    assert page.all("a", href=f"/points/{number}/?day=2026-11-18")


def test_a_retailer_sees_its_own_statement_alone(as_: As, cast: Cast):
    own = make_point_in_service(retailer=cast.a).device_point
    make_point_in_service(retailer=cast.b)
    page = check_manners(as_("a").get("/files/completeness/"))
    rows = page.all("table")[0].rows()
    assert len(rows) == 2
    assert rows[1][0].startswith("みなみ野でんき")
    assert rows[1][1] == "48 (1)"
    assert own.number[:2] in page.text()


def test_yesterday_is_shown_where_no_day_can_be_read(as_: As, cast: Cast):
    client = as_("a")
    for day in ("", "x", "2026-11-21", "0001-01-01"):
        page = read(client.get("/files/completeness/", {"day": day}))
        assert "2026年11月19日（木）" in page.one("h1").text()


def test_a_day_without_receivers_says_so(as_: As, cast: Cast):
    assert isinstance(cast.a, Organization)
    page = check_manners(as_("operator").get("/files/completeness/"))
    assert "この日に送るものはありません" in page.text()
