"""The frame around every page: who is looking, where, in which language and environment, under which policy."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Membership
from portal.organizations.roles import Role
from tests.pages.conftest import As, Cast
from tests.pages.reading import Element, check_manners, check_policy, read

TEMPLATES = Path(__file__).parents[2] / "templates"
PAGES = [
    "pages:home",
    "pages:help",
    "pages:credits",
    "metering:points",
    "metering:runs",
    "edi:files",
    "edi:files-completeness",
]


def menu(page: Element) -> list[str]:
    return [link.text() for link in page.one("nav", id="nav").one("ul").all("a")]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_keeps_its_manners_in_both_languages(name: str, language: str, as_: As):
    client = as_("operator")
    client.post("/language/", {"language": language})
    response = client.get(reverse(name))
    page = check_manners(response)
    assert page.one("html").attributes["lang"] == language
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_each_role_has_its_menu(as_: As):
    assert menu(read(as_("operator").get("/"))) == [
        "ホーム",
        "機器点・30分値",
        "精算",
        "受渡ファイル",
    ]
    assert menu(read(as_("a").get("/"))) == ["ホーム", "機器点・30分値", "受渡ファイル"]
    assert menu(read(as_("nobody").get("/help/"))) == []


def test_a_delegate_is_offered_what_its_role_may_open(as_: As, cast: Cast):
    client = as_("a")
    Membership.objects.filter(organization=cast.a).update(role=Role.DELEGATE)
    page = read(client.get("/"))
    assert menu(page) == ["ホーム", "機器点・30分値"]
    assert not page.all("section", aria_labelledby="home-files-head")
    assert client.get("/files/").status_code == 403


def test_the_menu_marks_the_page_and_those_below_it(as_: As):
    client = as_("operator")
    for address, word in (
        ("/", "ホーム"),
        ("/points/", "機器点・30分値"),
        ("/files/completeness/", "受渡ファイル"),
    ):
        (current,) = read(client.get(address)).one("nav", id="nav").all("a", aria_current="page")
        assert current.text() == word


def test_the_frame_says_for_whom_one_acts(as_: As, cast: Cast):
    said = read(as_("a").get("/")).one("nav", id="nav").all("p", class_="nav__org")[0].text()
    assert said.startswith("小売電気事業者みなみ野でんき")


def test_the_sample_is_told_three_times_and_real_operation_once(as_: As, settings):
    client = as_("a")
    settings.PORTAL_DEMO = True
    page = read(client.get("/"))
    assert page.one("span", class_="env--sample").text() == "見本"
    assert page.all("div", class_="bar--sample")
    assert "架空のデータ" in page.one("div", class_="sample-band").text()
    settings.PORTAL_DEMO = False
    page = read(client.get("/"))
    assert page.one("span", class_="env--live").text() == "本番"
    assert not page.all("div", class_="sample-band")


def test_the_language_is_switched_on_the_page_one_is_on(as_: As):
    client = as_("a")
    page = read(client.get("/points/?q=1"))
    form = page.all("form", action="/language/")[0]
    assert form.all("input")[-1].attributes["value"] == "/points/?q=1"
    assert form.one("button").attributes["lang"] == "en"
    response = client.post("/language/", {"language": "en", "next": "/points/?q=1"}, follow=True)
    assert response.redirect_chain == [("/points/?q=1", 302)]
    assert read(response).one("h1").text() == "Device points"


def test_japanese_comes_first(db):
    assert 'lang="ja"' in Client().get("/accounts/login/").content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_nobody_sees_a_page_without_signing_in(name: str, db):
    response = Client().get(reverse(name))
    if name in {"pages:help", "pages:credits"}:
        check_manners(response)
    else:
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/accounts/login/?next=")


def test_sign_in_and_sign_out_are_in_the_same_frame(as_: As):
    page = check_manners(Client(HTTP_ACCEPT_LANGUAGE="ja").get("/accounts/login/"))
    assert page.one("h1").text() == "ログイン"
    assert [
        field.attributes["autocomplete"]
        for field in page.one("main").all("input")
        if "autocomplete" in field.attributes
    ] == ["email", "current-password"]
    check_manners(as_("a").get("/accounts/logout/"))


def test_a_wrong_password_is_told_beside_the_form(db):
    response = Client(HTTP_ACCEPT_LANGUAGE="ja").post(
        "/accounts/login/", {"login": "x@example.jp", "password": "wrong"}
    )
    page = check_manners(response)
    assert page.one("title").text().startswith("エラー：")
    assert page.one("div", class_="error-summary").attributes["role"] == "alert"


@pytest.mark.parametrize("code", [400, 403, 404, 500])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_error_pages_stand_alone_and_say_what_to_do(code: int, language: str, db):
    from django.template.loader import render_to_string
    from django.utils import translation

    with translation.override(language):
        text = render_to_string(f"{code}.html")
    assert f'lang="{language}"' in text
    assert str(code) in text
    assert "<script" not in text
    assert "style=" not in text


def test_a_page_that_is_not_there_is_a_friendly_404_under_the_policy(as_: As):
    response = as_("a").get("/nowhere/")
    assert response.status_code == 404
    assert "ページが見つかりません" in response.content.decode()
    check_policy(response)


def test_a_form_without_its_token_is_explained(as_: As, cast: Cast):
    client = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="ja")
    response = client.post("/language/", {"language": "en"})
    assert response.status_code == 403
    assert "何も登録されていません" in response.content.decode()


def test_templates_hold_no_inline_style_or_script():
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        assert "style=" not in text, path
        assert "<style" not in text, path
        assert " onclick" not in text, path
        assert "<script>" not in text, path
