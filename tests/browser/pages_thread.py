"""What a person finds in a thread, by the words that it has for them."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk


class ThreadPage:
    """The open thread of a visitor."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.page: Page = visitor.page

    @property
    def region(self) -> Locator:
        """Where the messages are."""
        return self.page.get_by_role("region", name="Messages")

    @property
    def articles(self) -> Locator:
        """Every message that is shown."""
        return self.region.get_by_role("article")

    @property
    def dialog(self) -> Locator:
        """The dialog that is open."""
        return self.page.get_by_role("dialog")

    def message(self, text: str) -> Locator:
        """The message with this text."""
        return self.visitor.message(text)

    def line(self, text: str) -> Locator:
        """The quiet line with this text."""
        return self.region.locator(".changes").get_by_text(text)

    def act(self, text: str, action: str) -> None:
        """Do something with the message of this text."""
        message = self.message(text)
        message.hover()
        message.get_by_role("button", name=action, exact=True).click()

    def scroll_to(self, top: int) -> None:
        """Scroll the messages."""
        self.region.evaluate("(element, top) => { element.scrollTop = top; }", top)

    def open(self, title: str) -> None:
        """Open the ticket of this title."""
        self.visitor.ticket(title).click()
        expect(self.visitor.heading(title)).to_be_visible()


def file_long_ticket(served: Desk, replies: int, title: str = "Long") -> None:
    """File Carol's ticket 1, with so many numbered replies."""
    served.call("carol", "ticket.create", title=title, body="How it began")
    for number in range(1, replies + 1):
        served.call("carol", "message.reply", ticket_id=1, body=f"This is reply {number}.")
