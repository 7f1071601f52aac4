"""A device point's page with its heat map."""

from playwright.sync_api import Locator, Page


class DevicePointPage:
    """What people do on the page of a device point."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.heat = page.locator("table.heat")
        self.readout = page.locator("#heat-readout")

    def cell(self, day: str, slot: int) -> Locator:
        """The cell of a day ("11/16") and slot."""
        row = self.heat.locator("tbody tr", has=self.page.locator("th.day", has_text=day))
        return row.locator("td").nth(slot - 1)

    def tab_into(self) -> None:
        """Reach the heat map with the Tab key alone, from the controls above it."""
        self.page.locator("table.heat[role=grid]").wait_for()
        self.page.get_by_role("link", name="数値で見る").focus()
        self.page.keyboard.press("Tab")

    def focused(self) -> str:
        """Role and text of what has the focus."""
        return self.page.evaluate(
            "`${document.activeElement.getAttribute('role')} ${document.activeElement.textContent.trim()}`"
        )

    def sideways(self) -> int:
        """How many pixels the page itself could be scrolled sideways."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
