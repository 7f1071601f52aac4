"""Signs in with the sample accounts, opens each page at both widths, and keeps what it looks like (see scripts/pictures)."""

import base64
import hmac
import io
import json
import os
import shutil
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

BASE = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
ACCOUNTS = Path(os.environ.get("PORTAL_VAR", "var")) / "demo-accounts.json"
WIDTHS = (1280, 360)
TALLEST = 2600  # long lists are cut here
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def main(folder: Path) -> None:
    """All pictures of all roles into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    accounts = json.loads(ACCOUNTS.read_text())["accounts"]
    by_role = {account["role"]: account for account in reversed(accounts)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        # One sign-in per account: a code of the authenticator counts once.
        operator = signed_in(browser, by_role["settlement"])
        retailer = signed_in(browser, by_role["retailer_staff"])
        for width in WIDTHS:
            visitor = opened(browser, width)
            visitor.goto("/accounts/login/")
            keep(visitor, folder / f"sign-in-{width}.png")
            for name, page in operator_pages(opened(browser, width, operator)):
                keep(page, folder / f"{name}-{width}.png")
            for name, page in retailer_pages(opened(browser, width, retailer)):
                keep(page, folder / f"{name}-{width}.png")


def chromium() -> str:
    """The browser of this machine."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    if not found:
        sys.exit("no Chromium here: install Debian's chromium or name one in CHROMIUM")
    return found


def opened(browser: Browser, width: int, state: Any = None) -> Page:
    """A page of somebody who reads Japanese: of a fresh visitor, or with the session in ``state``."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        locale="ja-JP",
        base_url=BASE,
        storage_state=state,
    )
    return context.new_page()


def operator_pages(page: Page) -> Iterator[tuple[str, Page]]:
    """What the operator's staff sees; each page is open when it comes."""
    for name, address in (("home-operator", "/"), ("runs", "/runs/"), ("points", "/points/")):
        page.goto(address)
        yield name, page
    page.goto("/runs/")
    page.locator("table.table--stack tbody a").last.click()
    yield "run", page
    open_point(page, "/points/?pattern=1&q=蓄電池")
    yield "point-pattern-1-operator", page


def retailer_pages(page: Page) -> Iterator[tuple[str, Page]]:
    """What a retailer's staff sees."""
    for name, address in (
        ("home-retailer", "/"),
        ("files", "/files/?kind=1120"),
        ("completeness", "/files/completeness/"),
    ):
        page.goto(address)
        yield name, page
    open_point(page, "/points/?pattern=2&q=ヒートポンプ")
    yield "point-pattern-2", page
    page.goto(page.url.split("?")[0] + "?view=values")
    yield "point-pattern-2-numbers", page
    open_point(page, "/points/?pattern=1&q=蓄電池")
    yield "point-pattern-1-retailer", page


def open_point(page: Page, listed: str) -> None:
    """The first device point of a list."""
    page.goto(listed)
    page.locator("tbody th a").first.click()
    page.wait_for_load_state("networkidle")


def signed_in(browser: Browser, account: dict[str, str]) -> Any:
    """The session of an account: password, then the six digits of the moment."""
    page = opened(browser, WIDTHS[0])
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(account["email"])
    page.locator("[name=password]").fill(account["password"])
    page.locator("main button[type=submit]").first.click()
    page.locator("[name=code]").fill(code(account["totp_secret"]))
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url(f"{BASE}/")
    return page.context.storage_state()


def code(secret: str) -> str:
    """The time-based code of RFC 6238 for ``secret`` (base 32), of the present half minute."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def keep(page: Page, path: Path) -> None:
    """The page as a picture of 256 colours: pages have few, and the repository keeps them."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
    picture.convert("RGB").quantize(method=Image.Quantize.MAXCOVERAGE).save(path, optimize=True)
    sys.stdout.write(f"{path} {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures"))
