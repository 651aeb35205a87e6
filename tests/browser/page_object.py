"""A person at the page: a browser context of their own, and the words they find things by."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

# Two cores, shared with other tests.
WAIT_MS = 20_000
expect.set_options(timeout=WAIT_MS)


def _pick(user: str) -> str:
    """A script that picks a demo user for a new window; one that was picked there by hand stays."""
    key = "hero_assistance.demo_user"
    # A frame within the page has no storage of the page's.
    unpicked = f"self === top && sessionStorage.getItem('{key}') === null"
    return f"if ({unpicked}) sessionStorage.setItem('{key}', '{user}');"


class Visitor:
    """One person in one browser; what goes wrong in their page is in `defects`."""

    def __init__(self, browser: Browser, url: str, user: str | None, **options: Any) -> None:
        self._context = browser.new_context(**options)
        self._context.set_default_timeout(WAIT_MS)
        self.defects: list[str] = []
        self.page: Page = self._context.new_page()
        if user is not None:
            self.page.add_init_script(_pick(user))
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

    @property
    def was_reloaded(self) -> bool:
        """Whether the page was loaded again."""
        return bool(self.page.evaluate("window.since !== 'the first load'"))

    def ticket(self, title: str) -> Locator:
        """The ticket in the list."""
        return self.page.get_by_role("navigation", name="Tickets").get_by_role("link").filter(has_text=title)

    def message(self, text: str) -> Locator:
        """The message in the thread."""
        return self.page.get_by_role("region", name="Messages").get_by_role("article").filter(has_text=text)

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
        expect(self.message(text)).to_be_visible()

    def note(self, text: str) -> None:
        """Write a note in the open thread."""
        self.page.get_by_role("button", name="Internal note").click()
        self.page.get_by_label("Internal note: only agents will see this").fill(text)
        self.page.get_by_role("button", name="Save note").click()
        expect(self.message(text)).to_be_visible()
