"""From sign-in to the half hours of a device point, at a desk and on a phone, by keyboard, and without script."""

import pytest
from playwright.sync_api import Page, expect

from metering.models import ServicePeriod
from tests.e2e.conftest import NARROW, WIDE, Opened
from tests.e2e.page_objects.device_point import DevicePointPage
from tests.e2e.page_objects.sign_in import sign_in

EVERY_PAGE = ["/", "/points/", "/files/", "/files/completeness/", "/help/", "/credits/"]


def sideways(page: Page) -> int:
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def test_from_sign_in_to_a_half_hour_by_keyboard(opened: Opened, world: ServicePeriod):
    page = opened("/")
    expect(page).to_have_url(page.url)
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("ホーム")
    page.get_by_role("searchbox", name="番号で機器点を探す").fill(world.device_point.number[-6:])
    page.keyboard.press("Enter")
    page.get_by_role("link", name="ひなた町店 ヒートポンプ給湯機").click()

    point = DevicePointPage(page)
    point.tab_into()
    assert point.focused() == "gridcell 0.0"  # the day shown below, 11/19, slot 1
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    for _ in range(32):
        page.keyboard.press("ArrowRight")
    assert point.focused() == "gridcell 欠測"
    expect(point.readout).to_have_text("11/16（月） コマ33 16:00 欠測")

    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("PageUp")
    expect(point.readout).to_contain_text("11/9（月） コマ1")
    page.keyboard.press("Control+End")
    expect(point.readout).to_contain_text("11/19（木） コマ48")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?month=2026-11&day=2026-11-19#day")


def test_the_heat_map_is_one_tab_stop(opened: Opened, world: ServicePeriod):
    page = opened("/")
    sign_in(page)
    page.goto(f"/points/{world.device_point.number}/")
    point = DevicePointPage(page)
    point.tab_into()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('table.heat')") is None
    page.keyboard.press("Shift+Tab")
    assert point.focused() == "gridcell 0.0"
    expect(point.heat.locator("[tabindex='0']")).to_have_count(1)


def test_the_value_under_the_pointer_is_said(opened: Opened, world: ServicePeriod):
    page = opened("/")
    sign_in(page)
    page.goto(f"/points/{world.device_point.number}/")
    point = DevicePointPage(page)
    point.cell("11/5", 28).hover()
    expect(point.readout).to_have_text("11/5（木） コマ28 13:30 0.3 計器交換をまたぐ計測")


def test_on_a_phone_slots_run_down_and_a_week_fits_across(opened: Opened, world: ServicePeriod):
    page = opened("/", width=NARROW)
    sign_in(page)
    page.goto(f"/points/{world.device_point.number}/")
    point = DevicePointPage(page)
    first, below, beside = (
        point.cell(day, slot).bounding_box()
        for day, slot in (("11/1（", 1), ("11/1（", 2), ("11/2", 1))
    )
    assert first
    assert below
    assert beside
    assert (below["x"], beside["y"]) == (first["x"], first["y"])
    assert below["y"] > first["y"]
    assert beside["x"] > first["x"]
    seventh = point.cell("11/7", 1).bounding_box()
    assert seventh
    assert seventh["x"] + seventh["width"] <= NARROW - 15
    assert point.sideways() == 0

    point.cell("11/7", 3).click()
    expect(point.readout).to_contain_text("11/7（土） コマ3 01:00 2.2")
    page.keyboard.press("ArrowDown")
    expect(point.readout).to_contain_text("11/7（土） コマ4")
    page.keyboard.press("ArrowRight")
    expect(point.readout).to_contain_text("11/8（日） コマ4")


def test_the_menu_of_a_phone_opens_and_closes_by_its_button(opened: Opened, world: ServicePeriod):
    page = opened("/", width=NARROW)
    sign_in(page)
    menu = page.get_by_role("navigation", name="メイン")
    expect(menu).to_be_hidden()
    bar = page.locator(".bar__in").bounding_box()
    assert bar
    assert bar["height"] <= 64  # one row
    page.get_by_role("button", name="メニュー").click()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="メニュー").click()
    menu.get_by_role("link", name="機器点・30分値").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("機器点・30分値")


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("who", ["clerk@example.jp", "operator@example.jp"])
def test_no_page_scrolls_sideways_or_breaks_the_policy(
    width: int, who: str, opened: Opened, world: ServicePeriod
):
    page = opened("/", width=width)
    sign_in(page, who)
    point = f"/points/{world.device_point.number}/"
    addresses = [*EVERY_PAGE, point, f"{point}?view=values&day=2026-11-16"]
    addresses += ["/runs/", "/runs/1/"] if who.startswith("operator") else []
    for language in ("en", "ja"):
        page.goto("/help/")
        if width == NARROW:
            page.get_by_role("button", name="メニュー" if language == "en" else "Menu").click()
        page.get_by_role("button", name="English" if language == "en" else "日本語").locator(
            "visible=true"
        ).click()
        for address in addresses:
            response = page.goto(address.replace("/runs/1/", _run_address()))
            assert response
            assert response.status == 200, address
            assert sideways(page) == 0, (address, language)


def _run_address() -> str:
    from metering.models import SettlementRun

    return f"/runs/{SettlementRun.objects.latest('pk').pk}/"


def test_without_script_one_signs_in_and_reads(opened: Opened, world: ServicePeriod):
    page = opened("/", script=False)
    sign_in(page)
    page.goto(f"/points/{world.device_point.number}/")
    page.get_by_role("link", name="11/16").click()
    page.wait_for_url("**day=2026-11-16#day")
    expect(page.get_by_role("heading", name="1日の動き 11/16（月）")).to_be_visible()
    page.get_by_text("同じ値を表で見る（48コマ）").click()
    expect(page.get_by_role("row", name="コマ33 16:00–16:30")).to_contain_text("欠測")
    page.get_by_role("link", name="数値で見る").click()
    expect(page.locator("table.heat td", has_text="2.2").first).to_be_visible()


def test_the_sample_band_and_the_focus_ring_are_seen(
    opened: Opened, world: ServicePeriod, settings
):
    settings.PORTAL_DEMO = True
    page = opened("/accounts/login/")
    expect(page.get_by_text("見本環境：架空のデータです。")).to_be_visible()
    field = page.get_by_label("メールアドレス")
    field.focus()
    assert "solid" in field.evaluate("element => getComputedStyle(element).outlineStyle")
