"""Where the states of a page are reached: one browser of one user, at a desk that has something of everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.page_object import Visitor, go_to
from tests.browser.pages_compose import reconnect
from tests.ui.daemons import Desk

_CLOSE = "document.querySelectorAll('dialog[open]').forEach(each => each.close())"


@dataclass
class Stage:
    """A user's browser at the desk."""

    served: Desk
    visitor: Visitor

    @property
    def page(self) -> Page:
        """The page that is judged."""
        return self.visitor.page

    @property
    def is_phone(self) -> bool:
        """Whether the list and the view take turns."""
        size = self.page.viewport_size
        return size is not None and size["width"] < 600

    def go(self, address: str, heading: str = "") -> None:
        """Show the view of an address, and wait for its heading."""
        go_to(self.page, f"#/{address}")
        if heading:
            expect(self.visitor.heading(heading)).to_be_visible()

    def go_to_ticket(self, number: int | str, text: str = "") -> None:
        """Show a ticket of the desk, and wait for a message of it."""
        self.go(f"tickets/hero_assistance/{number}")
        expect(self.page.get_by_role("region", name="Messages")).to_have_attribute("aria-busy", "false")
        if text:
            expect(self.visitor.message(text).first).to_be_visible()

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press the button of this name."""
        (within or self.page).get_by_role("button", name=name).first.click()

    def dialog(self, name: str) -> Locator:
        """The dialog of this name, once it is there."""
        found = self.page.get_by_role("dialog", name=name)
        expect(found).to_be_visible()
        return found

    def leave(self) -> None:
        """Take back what a state has opened, held or cut off."""
        reconnect(self.page)
        self.page.evaluate(_CLOSE)
        # Each goes when its page has heard of it.
        expect(self.page.locator("dialog")).to_have_count(0)
        self.page.evaluate("document.activeElement?.blur()")
        self.page.emulate_media(media="screen")


# How a state is reached; what is left of the one before it was closed.
Reach = Callable[[Stage], None]
States = dict[str, Reach]
