"""A person at the page: a browser context of their own, and the words they find things by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

# Two cores, shared with other tests.
WAIT_MS = 20_000
POLL_MS = 50
# What is no page of ours, and of the same origin: who goes there leaves the page.
ELSEWHERE = "nothing-here"
expect.set_options(timeout=WAIT_MS)


def pick_script(user: str) -> str:
    """A script that picks a demo user for a new window; one that was picked there by hand stays."""
    key = "hero_assistance.demo_user"
    # A frame within the page has no storage of the page's.
    unpicked = f"self === top && sessionStorage.getItem('{key}') === null"
    return f"if ({unpicked}) sessionStorage.setItem('{key}', '{user}');"


# A reply leaves at once, unless a test is about taking it back.
_NO_UNDO = """try {
    const name = 'hero_assistance.undo_seconds';
    if (self === top && localStorage.getItem(name) === null) localStorage.setItem(name, '0');
} catch {}"""


def wait_for(page: Page, condition: Callable[[], Any], what: str) -> None:
    """Wait until a condition holds; requests that are held or lost are handled meanwhile."""
    for _ in range(WAIT_MS // POLL_MS):
        if condition():
            return
        page.wait_for_timeout(POLL_MS)
    raise AssertionError(f"not within {WAIT_MS} ms: {what}")


def settle(page: Page) -> None:
    """Wait until the page has drawn what it has heard so far."""
    page.evaluate("async () => { for (const _ of [1, 2]) await new Promise(requestAnimationFrame); }")


def wait_until_gone(page: Page, text: str) -> None:
    """Wait until a text is nowhere in the document of a page, not even where nobody sees it."""
    wait_for(page, lambda: text not in page.content(), f"nothing of {text!r} is in the page")


def expect_copied(page: Page, text: str) -> None:
    """Wait until a text is on the clipboard."""
    wait_for(page, lambda: page.evaluate("navigator.clipboard.readText()") == text, f"{text!r} is on the clipboard")


def go_to(page: Page, address: str) -> None:
    """Show the view of an address, which begins with `#`, without loading the page."""
    page.evaluate("address => { location.hash = address; }", address)


def ticket_in(page: Page, title: str) -> Locator:
    """The ticket in the list of a tab, by its title; the last words of its row may be another ticket's title."""
    listed = page.get_by_role("navigation", name="Tickets").get_by_role("link")
    return listed.filter(has=page.locator(".ticket-title", has_text=title))


def message_in(page: Page, text: str) -> Locator:
    """The message in the thread of a tab; the row of its ticket says the same words in the list."""
    return page.get_by_role("region", name="Messages").get_by_role("article").filter(has_text=text)


class Visitor:
    """One person in one browser; what goes wrong in their page is in `defects`."""

    def __init__(self, browser: Browser, url: str, user: str | None, **options: Any) -> None:
        self._context = browser.new_context(**options)
        self._context.set_default_timeout(WAIT_MS)
        self.defects: list[str] = []
        self.page: Page = self._context.new_page()
        self._context.add_init_script(_NO_UNDO)
        if user is not None:
            self.page.add_init_script(pick_script(user))
        self.page.on("pageerror", lambda error: self.defects.append(str(error)))
        self.page.on("console", self._said)
        self.page.goto(url)
        # A reload would forget this.
        self.page.evaluate("window.since = 'the first load'")

    def _said(self, message: ConsoleMessage) -> None:
        # A server that was killed is a failed request, and no defect of the page.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.defects.append(message.text)

    def close(self) -> None:
        """Leave."""
        self._context.close()

    def load_font_and_icon(self) -> None:
        """Wait for the font, and for the picture in the tab, which a browser without windows asks for here alone."""
        self.page.evaluate("document.fonts.ready")
        self.page.evaluate("fetch(document.querySelector('link[rel=icon]').href).then(answer => answer.blob())")

    @property
    def was_reloaded(self) -> bool:
        """Whether the page was loaded again."""
        return bool(self.page.evaluate("window.since !== 'the first load'"))

    def ticket(self, title: str) -> Locator:
        """The ticket in the list."""
        return ticket_in(self.page, title)

    def message(self, text: str) -> Locator:
        """The message in the thread."""
        return message_in(self.page, text)

    def heading(self, text: str) -> Locator:
        """The view's title."""
        return self.page.get_by_role("heading", name=text, level=1)

    def live(self) -> None:
        """Wait until the page says that what it shows is true now."""
        expect(self.page.locator(".connection")).to_have_text("Live")

    def file(self, title: str, body: str) -> None:
        """File a ticket with the form."""
        self.page.get_by_role("link", name="New ticket").first.click()
        self.page.get_by_label("Title").fill(title)
        self.page.get_by_label("Description").fill(body)
        self.page.get_by_role("button", name="Send ticket").click()
        expect(self.heading(title)).to_be_visible()

    def reply(self, text: str) -> None:
        """Answer in the open thread."""
        self.page.get_by_label("Reply", exact=True).fill(text)
        self.page.get_by_role("button", name="Send reply").click()
        self._arrives(text)

    def note(self, text: str) -> None:
        """Write a note in the open thread."""
        self.page.get_by_role("button", name="Internal note").click()
        self.page.get_by_label("Internal note: only agents will see this").fill(text)
        self.page.get_by_role("button", name="Save note").click()
        self._arrives(text)

    def _arrives(self, text: str) -> None:
        """Wait until a message is seen, and the server has it."""
        expect(self.message(text)).to_be_visible()
        expect(self.page.locator(".message[data-pending]")).to_have_count(0)
