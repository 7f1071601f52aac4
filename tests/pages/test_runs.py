"""Runs of the settlement on pages: for the operator alone, from start to publication."""

from datetime import date, datetime

import pytest

from metering.models import RunPart, RunState, SettlementRun
from portal.jobs.models import Job, JobState
from portal.timekeeping.half_hours import JST
from tests.factories import make_point_in_service
from tests.pages.conftest import As, Cast
from tests.pages.published import publish, steady
from tests.pages.reading import check_manners, read

FIRST, LAST = date(2026, 11, 17), date(2026, 11, 19)
AT = datetime(2026, 11, 20, 10, 19, 50, tzinfo=JST)


@pytest.fixture
def run(cast: Cast) -> SettlementRun:
    return publish({make_point_in_service(retailer=cast.a).device_point: steady}, FIRST, LAST)


def open_run(**fields) -> SettlementRun:
    made = SettlementRun.objects.create(
        **{
            "stage": "provisional",
            "first_day": LAST,
            "last_day": LAST,
            "request": "open",
            "state": RunState.CALCULATING,
            "rules": {},
            "code_version": "test",
            "planned_at": AT,
            "actor_label": "system:beat",
            **fields,
        }
    )
    RunPart.objects.create(run=made, day=LAST, bucket=0)
    return made


@pytest.mark.parametrize("who", ["a", "b", "nobody"])
def test_nobody_else_learns_that_there_are_runs(who: str, as_: As, run: SettlementRun):
    client = as_(who)
    for address in ("/runs/", f"/runs/{run.pk}/", f"/runs/{run.pk}/progress/"):
        assert client.get(address).status_code == 404
    assert "精算" not in read(client.get("/help/")).one("nav", id="nav").text()


def test_the_list_shows_what_each_run_made(as_: As, run: SettlementRun):
    page = check_manners(as_("operator").get("/runs/"))
    assert page.one("table").rows()[1] == [
        f"2026/11/17–11/19#{run.pk}・2026/11/20 00:00",
        "速報",
        "計算済5.0秒",
        "計測 96.00%・欠測 4",
        "100",
        "2026/11/20 00:00",
    ]


def test_stage_and_state_narrow_the_list(as_: As, run: SettlementRun):
    open_run(stage="final")
    client = as_("operator")
    assert len(read(client.get("/runs/?stage=final")).one("table").rows()) == 2
    assert len(read(client.get("/runs/?state=calculated")).one("table").rows()) == 2
    assert len(read(client.get("/runs/?stage=nonsense")).one("table").rows()) == 3
    assert "条件に合う実行はありません" in read(client.get("/runs/?state=failed")).text()


def test_a_run_says_what_it_was_made_from_and_made(as_: As, run: SettlementRun):
    page = check_manners(as_("operator").get(f"/runs/{run.pk}/?day=2026-11-18"))
    text = page.text()
    assert "1d" * 32 in text
    assert "settlement-2026.1" in text
    assert "公表済み" in text
    quality = page.one("section", aria_labelledby="quality-head")
    assert ["計測", "0", "96", "96.00"] in quality.all("table")[0].rows()
    assert ["前後とつながらない指示数（使わない）SPIKE", "2"] in quality.all("table")[1].rows()
    days = page.one("section", aria_labelledby="days-head").one("table").rows()
    assert days[0] == ["日", "区画", "再利用", "機器点", "計測", "欠測"]
    assert days[2] == ["11/18（水）", "1 / 1", "0", "0", "24", "1"]
    parts = page.one("section", aria_labelledby="parts").one("table").rows()
    assert parts[1][:3] == ["0", f"{run.pk}:2026-11-18:0", "2026/11/17–11/19"]


def test_an_open_run_shows_its_progress_and_polls_until_it_ends(as_: As, cast: Cast):
    made = open_run()
    Job.objects.create(
        kind="settle_part", key=f"settle:{made.pk}:{LAST}:0", created_at=AT, state=JobState.RUNNING
    )
    client = as_("operator")
    page = check_manners(client.get(f"/runs/{made.pk}/"))
    assert "0 / 1区画・実行中 1、待機中 0" in page.text()
    assert page.all("div", hx_get=f"/runs/{made.pk}/progress/")
    assert client.get(f"/runs/{made.pk}/progress/").status_code == 200
    SettlementRun.objects.filter(pk=made.pk).update(state=RunState.CALCULATED, calculated_at=AT)
    ended = client.get(f"/runs/{made.pk}/progress/")
    assert ended.status_code == 286
    assert "終わりました。結果を表示する" in ended.content.decode()
    assert not read(client.get(f"/runs/{made.pk}/")).all("div", hx_get=f"/runs/{made.pk}/progress/")


def test_a_failed_run_says_why_and_that_nothing_was_published(as_: As, cast: Cast):
    made = open_run(state=RunState.FAILED, failure="E-STORE-01: the layout cannot be read")
    page = check_manners(as_("operator").get(f"/runs/{made.pk}/"))
    assert "E-STORE-01: the layout cannot be read" in page.text()
    assert "この実行からは何も公表されていません" in page.text()


def test_no_runs_yet_is_said_with_what_will_start_them(as_: As):
    assert "精算はまだ実行されていません" in check_manners(as_("operator").get("/runs/")).text()


def test_pages_of_runs_cost_the_same_queries_however_many_there_are(
    as_: As, cast: Cast, django_assert_num_queries
):
    client = as_("operator")
    point = make_point_in_service(retailer=cast.a).device_point
    made = publish({point: steady}, LAST, LAST)
    with django_assert_num_queries(8):
        client.get("/runs/")
    with django_assert_num_queries(10):
        client.get(f"/runs/{made.pk}/?day={LAST}")
    for n in range(3):
        made = publish({point: steady}, FIRST, LAST, at=datetime(2026, 11, 20, n, 30, tzinfo=JST))
    with django_assert_num_queries(8):
        client.get("/runs/")
    with django_assert_num_queries(10):
        client.get(f"/runs/{made.pk}/?day={LAST}")
