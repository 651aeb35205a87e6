"""From signing in to a sent reply without a mouse, at 100, 200 and 400 %: the focus is always in sight."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from hero_assistance_sdk.rpc.client import RpcClient
from tests.browser.page_object import Visitor
from tests.browser.pages_sign_in import add_user
from tests.ui.daemons import Desk

Visit = Callable[..., Visitor]
# A window of 1280 x 800 at 100, 200 and 400 %.
ZOOMS = [(1280, 800), (640, 400), (320, 200)]
# More stops than any part of the page has.
MOST_STOPS = 60
# Whether what has the focus is in sight, and nothing lies on that part of it.
IN_SIGHT = """() => {
    const focused = document.activeElement;
    const box = focused.getBoundingClientRect();
    const [top, bottom] = [Math.max(0, box.top), Math.min(innerHeight, box.bottom)];
    const at = document.elementFromPoint(box.left + box.width / 2, (top + bottom) / 2);
    return at !== null && (focused.contains(at) || at.contains(focused));
}"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what a selector names has the focus; each stop before it is in sight too."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate(IN_SIGHT), f"{selector} is not in sight"
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def sign_in(served: Desk, visit: Visit, name: str, role: str, size: tuple[int, int]) -> Visitor:
    """Sign in by the code, with keys alone."""
    code = add_user(served, name, role)["code"]
    viewport = {"width": size[0], "height": size[1]}
    visitor = visit(f"http://{served.tcp_of_ui()}/", viewport=viewport, reduced_motion="reduce")
    page = visitor.page
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(f"{name}@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code of six digits")).to_be_focused()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    visitor.live()
    return visitor


def send_reply(visitor: Visitor, text: str) -> None:
    """Go from the heading of a ticket to its form, write, and go on to the button."""
    page = visitor.page
    # What is fetched would move the form on its way.
    expect(page.get_by_role("region", name="Messages")).to_have_attribute("aria-busy", "false")
    tab_to(page, ".composer textarea")
    page.keyboard.type(text)
    tab_to(page, ".composer button[type=submit]")
    page.keyboard.press("Space")
    expect(visitor.message(text)).to_be_attached()
    expect(page.locator(".message[data-pending]")).to_have_count(0)


@pytest.mark.parametrize("size", ZOOMS, ids=["100", "200", "400"])
def test_a_customer_files_and_answers_by_keys_alone(hero_desk: Desk, visit: Visit, size: tuple[int, int]) -> None:
    erin = sign_in(hero_desk, visit, "erin", "customer", size)
    keys = erin.page.keyboard
    tab_to(erin.page, "a[href='#/new']")
    keys.press("Enter")
    expect(erin.page.get_by_label("Title")).to_be_focused()
    keys.type("By keys alone")
    tab_to(erin.page, "form textarea")
    keys.type("No mouse here.")
    tab_to(erin.page, "form button[type=submit]")
    keys.press("Enter")
    expect(erin.heading("By keys alone")).to_be_focused()
    send_reply(erin, "And one thing more.")


@pytest.mark.parametrize("size", ZOOMS, ids=["100", "200", "400"])
def test_an_agent_opens_and_answers_by_keys_alone(hero_desk: Desk, visit: Visit, size: tuple[int, int]) -> None:
    with RpcClient(hero_desk.paths.socket("rpc"), headers={"x-hero-user": "carol"}) as carol:
        carol.call("ticket.create", title="Asked before", body="Text\n\n" * 30)
    erin = sign_in(hero_desk, visit, "erin", "agent", size)
    tab_to(erin.page, "a.ticket")
    erin.page.keyboard.press("Enter")
    expect(erin.heading("Asked before")).to_be_focused()
    send_reply(erin, "By keys alone.")
