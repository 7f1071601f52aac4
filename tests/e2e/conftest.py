"""Browser tests: Debian's Chromium through Playwright, on a live server with a small world of its own."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page

from metering.domain.points import ServicePattern
from metering.models import ServicePeriod
from portal.accounts.models import Membership, User
from portal.organizations.roles import Role
from portal.timekeeping.half_hours import JST
from tests.factories import make_grid_operator, make_point_in_service, make_retailer
from tests.pages.published import publish
from tests.pages.test_values import shaped

# Playwright's event loop lives in this thread; Django's tests talk to the database from it all the same.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

NAMES = ("chromium", "chromium-browser", "google-chrome")
PASSWORD = "correct-horse-battery"
WIDE, NARROW = 1280, 360

Opened = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser of this machine; without one the tests are skipped and say so."""
    found = os.environ.get("CHROMIUM") or next(
        (path for name in NAMES if (path := shutil.which(name))), None
    )
    if not found:
        pytest.skip("no Chromium: install Debian's chromium or name one in CHROMIUM")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": found, "args": sandbox}


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    """It is 20 November 2026, 10:20 in Japan, and time goes on."""
    with time_machine.travel(datetime(2026, 11, 20, 10, 20, tzinfo=JST)):
        yield


@pytest.fixture(autouse=True)
def one_bucket(settings) -> None:
    settings.METER_STORE_BUCKETS = 1


@pytest.fixture
def world(transactional_db) -> ServicePeriod:
    """A retailer's clerk, a clerk of the operator, and a device point with three weeks of values."""
    retailer, operator = make_retailer(name="みなみ野でんき株式会社"), make_grid_operator()
    for email, organization, role in (
        ("clerk@example.jp", retailer, Role.RETAILER_STAFF),
        ("operator@example.jp", operator, Role.SETTLEMENT),
    ):
        user = User.objects.create_user(email, PASSWORD, name="佐藤 美咲")
        Membership.objects.create(user=user, organization=organization, role=role)
    service = make_point_in_service(
        retailer=retailer, name="ひなた町店 ヒートポンプ給湯機", rated_w=4_500
    )
    hidden = make_point_in_service(ServicePattern.BALANCING, retailer=retailer, name="蓄電池")
    values = {service.device_point: shaped, hidden.device_point: shaped}
    publish(values, date(2026, 11, 1), date(2026, 11, 19))
    return service


@pytest.fixture
def opened(browser: Browser, live_server) -> Iterator[Opened]:
    """Open a page of the live server at a width; what the console complains about fails the test at its end."""
    complaints: list[str] = []
    contexts = []

    def open_(
        address: str = "/", *, width: int = WIDE, script: bool = True, language: str = "ja-JP"
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            locale=language,
            java_script_enabled=script,
            base_url=live_server.url,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
