"""What comes with the first sign of use: it moves nothing that somebody is about to press."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.page_object import Visitor, settle
from tests.browser.pages_compose import calls_of
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]

# Each element that moved while the page was watched; words within one make room for others that come.
_WATCH = """() => {
    window.moved = [];
    new PerformanceObserver((list) => {
        for (const { sources } of list.getEntries())
            for (const { node } of sources) if (node instanceof Element) window.moved.push(node.outerHTML);
    }).observe({ type: "layout-shift" });
}"""
WIDTHS = (390, 1000, 1280)


def _fill(served: Desk) -> None:
    """More tickets than fit a digit, of a customer and a colleague who have names."""
    for number in range(12):
        served.call("carol", "ticket.create", title=f"Number {number}", body="Text")
    served.call("alice", "ticket.update", ticket_id=12, assignee="bob", status="open", tags=["vpn"])
    served.call("alice", "message.note", ticket_id=12, body="@bob is called")
    served.call("alice", "tag.set_colour", tag="vpn", colour="teal")
    served.call("alice", "view.save", name="Networks", filter="tag:vpn", shared=True)


def _view(bob: Visitor, name: str) -> Locator:
    return bob.page.get_by_role("navigation", name="Views").get_by_role("link").filter(has_text=name)


def _moved(page: Page) -> list[str]:
    settle(page)
    found: list[str] = page.evaluate("window.moved")
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_the_first_use_moves_nothing(served: Desk, person: Person, width: int) -> None:
    _fill(served)
    bob = person("bob", viewport={"width": width, "height": 800})
    bob.live()
    bob.page.evaluate(_WATCH)
    bob.page.mouse.move(10, 10)
    bob.page.mouse.move(12, 12)
    expect(_view(bob, "All tickets")).to_contain_text("12 tickets")
    expect(_view(bob, "Networks")).to_contain_text("1 ticket")
    expect(bob.ticket("Number 11").locator(".tag-teal")).to_have_text("vpn")
    expect(bob.ticket("Number 11")).to_contain_text("Alice")
    assert _moved(bob.page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_pressed_first_is_what_was_pressed(served: Desk, person: Person, width: int) -> None:
    """A finger comes down without a move before it, and stays for as long as what it asks for takes to come."""
    _fill(served)
    bob = person("bob", viewport={"width": width, "height": 800})
    bob.live()
    box = _view(bob, "Mine").bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2, "button": "left", "clickCount": 1}
    asked = calls_of(bob.page, "view.list")
    pointer = bob.page.context.new_cdp_session(bob.page)
    with bob.page.expect_response(lambda response: response.url.endswith(".js")):
        pointer.send("Input.dispatchMouseEvent", {"type": "mousePressed", **at})
    settle(bob.page)
    assert asked == []
    pointer.send("Input.dispatchMouseEvent", {"type": "mouseReleased", **at})
    expect(bob.page.get_by_role("navigation", name="Tickets").get_by_role("heading")).to_have_text("Mine")
    expect(_view(bob, "Mine")).to_contain_text("1 ticket")
