"""The home page: how yesterday arrived, the last runs, the last files; and honest words where there is nothing."""

from datetime import date, datetime

from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from portal.timekeeping.half_hours import JST
from tests.factories import make_point_in_service
from tests.pages.conftest import As, Cast
from tests.pages.published import publish, steady
from tests.pages.reading import Element, check_manners, read

YESTERDAY = date(2026, 11, 19)


def tiles(page: Element) -> list[str]:
    return [tile.text() for tile in page.all("div", class_="tile")]


def late(day: date, slot: int, direction: int) -> tuple[int | None, Quality]:
    return (None, Quality.MISSING) if slot in (31, 32) else (1_000, Quality.MEASURED)


def test_a_retailer_sees_how_its_own_pattern_2_arrived(as_: As, cast: Cast):
    own = make_point_in_service(retailer=cast.a).device_point
    other = make_point_in_service(retailer=cast.b).device_point
    balancing = make_point_in_service(ServicePattern.BALANCING, retailer=cast.a).device_point
    publish({own: late, other: steady, balancing: steady}, YESTERDAY, YESTERDAY)
    page = check_manners(as_("a").get("/"))
    assert tiles(page)[0] == "昨日の到着率 11/19（木） 95.83% 15:00–16:00 が 99% を下回る"
    assert tiles(page)[1] == "欠測2コマ保留はありません"
    assert tiles(page)[2] == "利用中の機器点2パターン1 1・パターン2 1"
    assert page.one("ul", class_="shares__words").text() == "計測46欠測2"
    strip = page.one("div", class_="strip").all("i")
    assert [place for place, mark in enumerate(strip, 1) if mark.attributes["class"] == "m"] == [
        31,
        32,
    ]
    assert tiles(read(as_("b").get("/")))[0] == "昨日の到着率 11/19（木） 100% どのコマも 99% 以上"


def test_the_operator_sees_all_points_and_the_runs(as_: As, cast: Cast):
    point = make_point_in_service(retailer=cast.a).device_point
    run = publish({point: steady}, YESTERDAY, YESTERDAY)
    page = check_manners(as_("operator").get("/"))
    assert tiles(page)[0] == "昨日の到着率 11/19（木） 96.00% 25コマのうち 24コマ"
    assert page.one("section", aria_labelledby="runs-head").one("a", href=f"/runs/{run.pk}/")


def test_the_last_final_day_is_told(as_: As, cast: Cast):
    point = make_point_in_service(retailer=cast.a).device_point
    publish({point: steady}, date(2026, 11, 1), date(2026, 11, 11), stage="final")
    publish({point: steady}, YESTERDAY, YESTERDAY)
    assert tiles(read(as_("a").get("/")))[3] == "確定した日11/11まで2026年11月11日（水）"


def test_an_older_day_is_never_sold_as_yesterday(as_: As, cast: Cast):
    point = make_point_in_service(retailer=cast.a).device_point
    publish({point: steady}, date(2026, 11, 17), date(2026, 11, 17))
    page = read(as_("a").get("/"))
    assert tiles(page)[0].startswith("到着率 11/17（火）")
    assert "昨日 11/19（木） の結果はまだありません。" in page.text()


def test_today_is_not_counted_as_yesterday(as_: As, cast: Cast):
    point = make_point_in_service(retailer=cast.a).device_point
    today = date(2026, 11, 20)
    publish(
        {point: steady}, today, today, through_slot=10, at=datetime(2026, 11, 20, 5, tzinfo=JST)
    )
    assert "結果はまだありません" in read(as_("a").get("/")).text()


def test_where_there_is_nothing_the_page_says_what_will_be(as_: As, cast: Cast):
    for who in ("operator", "a"):
        page = check_manners(as_(who).get("/"))
        assert "結果はまだありません" in page.text()
        assert "受渡ファイルはまだありません" in page.text()
        assert tiles(page)[1] == "欠測–コマまだ結果がありません"
    assert "精算はまだ実行されていません" in as_("operator").get("/").content.decode()


def test_an_account_without_a_place_is_told_who_can_give_it_one(as_: As):
    response = as_("nobody").get("/")
    assert response.status_code == 403
    assert "まだどの事業者にも所属していません" in check_manners(response).text()


def test_the_page_costs_the_same_queries_however_much_there_is(
    as_: As, cast: Cast, django_assert_max_num_queries
):
    client = as_("operator")
    point = make_point_in_service(retailer=cast.a).device_point
    for n in range(8):
        publish({point: steady}, YESTERDAY, YESTERDAY, at=datetime(2026, 11, 20, n, tzinfo=JST))
    with django_assert_max_num_queries(14):
        client.get("/")
