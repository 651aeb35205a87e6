"""Several tabs of one browser, and what they ask the network for."""

from __future__ import annotations

from playwright.sync_api import Page, Request, expect

from tests.browser.page_object import Visitor, pick_script

# Thirty pages on two cores, shared with other tests.
TABS_WAIT_MS = 90_000


def open_tab(visitor: Visitor, url: str, user: str | None = None) -> Page:
    """Open one more tab in a visitor's browser; its errors are the visitor's."""
    tab = visitor.page.context.new_page()
    if user is not None:
        tab.add_init_script(pick_script(user))
    tab.on("pageerror", lambda error: visitor.defects.append(str(error)))
    tab.goto(url)
    return tab


def note_streams(page: Page) -> list[str]:
    """Return a list that gets the address of each event stream that the page opens by itself."""
    streams: list[str] = []

    def note(request: Request) -> None:
        if request.resource_type == "eventsource":
            streams.append(request.url)

    page.on("request", note)
    return streams


def expect_live(page: Page, timeout: float = TABS_WAIT_MS) -> None:
    """Wait until a tab says that what it shows is true now."""
    expect(page.locator(".connection")).to_have_text("Live", timeout=timeout)


def second_tab(visitor: Visitor, user: str = "bob") -> Page:
    """Open what a visitor sees in another tab of their browser, as the same user."""
    tab = open_tab(visitor, visitor.page.url, user)
    expect_live(tab)
    return tab
