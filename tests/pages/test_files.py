"""Message files on pages: lists with their walls and filters, what replaces what, and fetching."""

import hashlib
from datetime import date, datetime

import pytest

from edi.models import FileState, OutboundMessage, PointList
from edi.services import delivery
from metering.models import Publication
from portal.errors import Conflict, Text
from portal.organizations.models import Organization
from portal.timekeeping.half_hours import JST
from tests.factories import code_of, make_point_in_service
from tests.pages.conftest import As, Cast
from tests.pages.published import publish, steady
from tests.pages.reading import check_manners, read

DAY = date(2026, 11, 19)
BUILT = datetime(2026, 11, 20, 6, 1, tzinfo=JST)


@pytest.fixture
def publication(cast: Cast) -> Publication:
    run = publish({make_point_in_service(retailer=cast.a).device_point: steady}, DAY, DAY)
    return run.publication


def file_for(receiver: Organization, publication: Publication, **fields) -> OutboundMessage:
    code = code_of(receiver)
    made = {
        "receiver": receiver,
        "receiver_code": code,
        "information_code": "1120",
        "day": DAY,
        "first_day": DAY,
        "revision": 0,
        "split": 9001,
        "size": 48_213,
        "content_digest": "",
        "rows": 30,
        "available_rows": 30,
        "first_number": "1",
        "last_number": "2",
        "point_list": PointList.objects.get_or_create(
            digest="0" * 64, defaults={"points": 0, "packed": b""}
        )[0],
        "publication": publication,
        "created_at": BUILT,
        "built_at": BUILT,
        **fields,
    }
    name = f"W4{code}{made['day']:%Y%m%d}{made.get('slot') or 0:04d}{made['revision']:02d}{made['split']}.zip"
    return OutboundMessage.objects.create(
        **{"name": name, "digest": hashlib.sha256(name.encode()).hexdigest(), **made}
    )


def listed(response) -> list[str]:
    tables = read(response).all("table")
    heads = (
        [head for row in tables[0].all("tr") for head in row.all("th", scope="row")]
        if tables
        else []
    )
    return [head.text().split("SHA")[0] for head in heads]


def test_everybody_sees_their_own_files(as_: As, cast: Cast, publication: Publication):
    a, b = file_for(cast.a, publication), file_for(cast.b, publication)
    assert listed(as_("a").get("/files/")) == [a.name]
    assert listed(as_("b").get("/files/")) == [b.name]
    assert sorted(listed(as_("operator").get("/files/"))) == sorted([a.name, b.name])
    assert as_("nobody").get("/files/").status_code == 403


def test_a_row_says_what_the_file_holds_and_what_it_replaces(
    as_: As, cast: Cast, publication: Publication
):
    first = file_for(cast.a, publication, state=FileState.FETCHED, fetched_at=BUILT)
    file_for(cast.a, publication, revision=1, supersedes=first)
    page = check_manners(as_("a").get("/files/"))
    newer, older = page.one("table").rows()[1:]
    assert newer[1:5] == [
        "1120低圧 日毎30分電力量",
        "2026/11/19",
        f"訂正1分割 9001{first.name} を置き換え",
        "30件48.2 KB",
    ]
    assert older[3] == "初版分割 9001新しい版あり"
    assert older[5].startswith("受領済2026/11/20 06:01")
    assert page.one("table").one("span", title=first.digest)


def test_a_later_slot_is_no_newer_revision(as_: As, cast: Cast, publication: Publication):
    file_for(cast.a, publication, information_code="1110", slot=1)
    file_for(cast.a, publication, information_code="1110", slot=2, revision=1)
    page = read(as_("a").get("/files/"))
    assert "新しい版あり" not in page.text()
    assert "コマ2 00:30–01:00" in page.text()


def test_message_day_and_receiver_narrow_the_list(as_: As, cast: Cast, publication: Publication):
    day = file_for(cast.a, publication)
    slot = file_for(cast.a, publication, information_code="1110", slot=5)
    other = file_for(cast.b, publication, day=date(2026, 11, 18), first_day=date(2026, 11, 18))
    client = as_("operator")
    assert listed(client.get("/files/?kind=1110")) == [slot.name]
    assert listed(client.get("/files/?day=2026-11-18")) == [other.name]
    assert sorted(listed(client.get(f"/files/?receiver={cast.a.pk}"))) == sorted(
        [day.name, slot.name]
    )
    assert listed(client.get("/files/?kind=x&day=y&receiver=z")) == listed(client.get("/files/"))
    assert "条件に合うファイルはありません" in check_manners(client.get("/files/?kind=0110")).text()


def test_a_retailer_cannot_choose_another_receiver(as_: As, cast: Cast, publication: Publication):
    own = file_for(cast.a, publication)
    file_for(cast.b, publication)
    page = as_("a").get(f"/files/?receiver={cast.b.pk}")
    assert listed(page) == [own.name]
    assert not read(page).all("select", id="receiver")


def test_the_receiver_fetches_a_file_by_its_button(
    as_: As, cast: Cast, publication: Publication, monkeypatch: pytest.MonkeyPatch
):
    wanted = file_for(cast.a, publication)
    asked = []

    def fetch(**question) -> delivery.Delivered:
        asked.append(question)
        return delivery.Delivered(name=wanted.name, content=b"PK", digest="00" * 32)

    monkeypatch.setattr(delivery, "fetch", fetch)
    client = as_("a")
    form = read(client.get("/files/")).one("form", action=f"/files/{wanted.pk}/")
    answer = client.post(form.attributes["action"])
    assert answer.content == b"PK"
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{wanted.name}"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert asked[0]["file_id"] == wanted.pk
    assert asked[0]["actor"].organization_id == cast.a.pk


def test_a_file_is_never_fetched_by_a_link(as_: As, cast: Cast, publication: Publication):
    wanted = file_for(cast.a, publication)
    assert as_("a").get(f"/files/{wanted.pk}/").status_code == 405


def test_a_file_of_somebody_else_is_not_there(as_: As, cast: Cast, publication: Publication):
    foreign = file_for(cast.b, publication)
    assert as_("a").post(f"/files/{foreign.pk}/").status_code == 404
    assert as_("a").post("/files/999999/").status_code == 404


def test_a_refusal_is_said_on_the_list_with_its_remedy(
    as_: As, cast: Cast, publication: Publication, monkeypatch: pytest.MonkeyPatch
):
    wanted = file_for(cast.a, publication)

    def refuse(**_: object) -> None:
        raise Conflict(
            "E-EDI-07",
            Text(ja="取り下げられました。", en="Withdrawn."),
            Text(ja="次を。", en="Next."),
        )

    monkeypatch.setattr(delivery, "fetch", refuse)
    page = check_manners(as_("a").post(f"/files/{wanted.pk}/", follow=True))
    assert page.one("div", class_="notice--bad").text() == "取り下げられました。次を。"


def test_a_withdrawn_file_has_no_button(as_: As, cast: Cast, publication: Publication):
    gone = file_for(cast.a, publication, state=FileState.WITHDRAWN)
    page = read(as_("a").get("/files/"))
    assert "取下げ" in page.text()
    assert not page.all("form", action=f"/files/{gone.pk}/")


def test_no_files_yet_is_said(as_: As):
    assert "受渡ファイルはまだありません" in check_manners(as_("a").get("/files/")).text()


def test_the_list_costs_the_same_queries_however_long_it_is(
    as_: As, cast: Cast, publication: Publication, django_assert_num_queries
):
    client = as_("operator")
    file_for(cast.a, publication)
    client.get("/files/")
    with django_assert_num_queries(9):
        client.get("/files/")
    for slot in range(1, 6):
        file_for(cast.b, publication, information_code="1110", slot=slot)
    with django_assert_num_queries(9):
        client.get("/files/")
