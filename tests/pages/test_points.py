"""The list of device points: search, filters, pages, walls."""

from collections.abc import Callable
from datetime import datetime

import pytest

from metering.domain.points import ServicePattern
from portal.timekeeping.half_hours import JST
from tests.factories import make_device_point, make_point_in_service
from tests.pages.conftest import As, Cast
from tests.pages.reading import check_manners, read


def names(response) -> list[str]:
    tables = read(response).all("table")
    return (
        [head.one("a").text() for row in tables[0].all("tr") for head in row.all("th", scope="row")]
        if tables
        else []
    )


def test_everybody_sees_the_points_of_their_own_service(as_: As, cast: Cast):
    make_point_in_service(retailer=cast.a, name="甲")
    make_point_in_service(retailer=cast.b, name="乙")
    assert names(as_("a").get("/points/")) == ["甲"]
    assert names(as_("b").get("/points/")) == ["乙"]
    assert names(as_("operator").get("/points/")) == ["甲", "乙"]
    assert as_("nobody").get("/points/").status_code == 403
    assert as_("").get("/points/").status_code == 302


def full_width(number: str) -> str:
    return number.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})


@pytest.mark.parametrize(
    "spell",
    [str, lambda n: n[-8:], lambda n: f" {n[:2]}-{n[2:6]}-{n[6:]} ", full_width],
    ids=["whole", "its end", "with hyphens", "in full width"],
)
def test_a_number_is_found_in_any_spelling(spell: Callable[[str], str], as_: As, cast: Cast):
    wanted = make_point_in_service(retailer=cast.a, name="甲").device_point
    make_point_in_service(retailer=cast.a, name="乙")
    client = as_("a")
    for number in (wanted.number, wanted.supply_point.number):
        assert names(client.get("/points/", {"q": spell(number)})) == ["甲"]


def test_pattern_and_state_narrow_the_list_and_stay_in_the_address(as_: As, cast: Cast):
    end = datetime(2026, 11, 7, tzinfo=JST)
    make_point_in_service(ServicePattern.BALANCING, retailer=cast.a, name="調整力")
    make_point_in_service(retailer=cast.a, name="終わった", ends_at=end)
    make_point_in_service(
        retailer=cast.a, name="これから", starts_at=datetime(2026, 12, 1, tzinfo=JST)
    )
    make_point_in_service(retailer=cast.a, name="今")
    client = as_("a")
    assert names(client.get("/points/?pattern=1")) == ["調整力"]
    assert names(client.get("/points/?pattern=2&state=active")) == ["今"]
    assert names(client.get("/points/?state=waiting")) == ["これから"]
    page = check_manners(client.get("/points/?state=ended"))
    assert "2026/11/07 00:00 まで" in page.text()
    chosen = page.one("select", id="state").all("option", value="ended")[0]
    assert "selected" in chosen.attributes


def test_pages_are_numbered_and_keep_the_filters(
    as_: As, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("metering.views.points.PER_PAGE", 2)
    for n in range(5):
        make_point_in_service(retailer=cast.a, name=f"点{n}")
    client = as_("a")
    first = check_manners(client.get("/points/?pattern=2"))
    assert "5件中 1–2件" in first.text()
    following = first.one("a", rel="next").attributes["href"]
    assert following == "?pattern=2&page=2"
    assert names(client.get(f"/points/{following}")) == ["点2", "点3"]
    assert names(client.get("/points/?page=99")) == ["点4"]


def test_nothing_yet_and_nothing_found_are_two_messages(as_: As, cast: Cast):
    client = as_("a")
    assert "機器点はまだありません" in check_manners(client.get("/points/")).text()
    make_point_in_service(retailer=cast.a)
    page = check_manners(client.get("/points/?q=該当なし"))
    assert "条件に合う機器点はありません" in page.text()
    assert "探した言葉：「該当なし」" in page.text()


def test_a_registered_point_without_service_is_shown_to_the_operator_alone(as_: As, cast: Cast):
    point = make_device_point(name="登録だけ")
    assert names(as_("a").get("/points/")) == []
    assert "利用期間なし" in read(as_("operator").get("/points/")).text()
    page = check_manners(as_("operator").get(f"/points/{point.number}/"))
    assert "利用期間なし" in page.text()


def test_what_is_typed_is_text_and_never_markup(as_: As, cast: Cast):
    make_point_in_service(retailer=cast.a, name="<script>alert(1)</script>")
    response = as_("a").get("/points/", {"q": '"><script>alert(2)</script>'})
    assert b"<script>alert" not in response.content
    assert b"<script>alert" not in as_("operator").get("/points/").content


def test_the_list_costs_the_same_queries_however_long_it_is(
    as_: As, cast: Cast, django_assert_num_queries
):
    client = as_("operator")
    make_point_in_service(retailer=cast.a)
    with django_assert_num_queries(8):
        client.get("/points/")
    for _ in range(4):
        make_point_in_service(retailer=cast.b)
    with django_assert_num_queries(8):
        client.get("/points/")
