"""The sign-in page."""

from playwright.sync_api import Page

from tests.e2e.conftest import PASSWORD


def sign_in(page: Page, who: str = "clerk@example.jp") -> None:
    """Sign in by keyboard and wait for the next page."""
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill(who)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("/")
