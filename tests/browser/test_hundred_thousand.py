"""A list of a hundred thousand tickets, which a real server sends: scrolled from the first to the last and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.many_tickets import TITLE, desk_of
from tests.browser.page_object import Visitor
from tests.browser.pages_list import rest, row_of, rows, titles
from tests.ui.daemons import Desk, eventually

COUNT = 100_000
# Rows in the document, however far it is scrolled.
DRAWN = 60
# Half a thousand pages are fetched on the way, one after the other.
WAY_S = 120.0
# In each frame: how many rows there are, and whether each is the ticket that belongs in its place.
_WATCH = """title => {
    const seen = (window.seen = { most: 0, wrong: [] });
    const look = () => {
        const rows = [...document.querySelectorAll('.ticket-scroller .tickets > li')];
        seen.most = Math.max(seen.most, rows.length);
        for (const row of rows) {
            const shown = row.querySelector('.ticket-title')?.lastChild?.textContent;
            if (shown !== title.replace('{}', row.ariaPosInSet)) seen.wrong.push(`${shown}: ${row.ariaPosInSet}`);
        }
        requestAnimationFrame(look);
    };
    look();
}"""
_ROOM = """() => {
    const list = document.querySelector('.ticket-scroller');
    return Math.floor(list.clientHeight / list.querySelector('li').offsetHeight);
}"""


@pytest.fixture(scope="module")
def full_desk() -> Iterator[Desk]:
    """The desk of all the tests here, which change nothing."""
    with desk_of(COUNT) as made:
        yield made


def _numbers(page: Page) -> list[int]:
    """The numbers of the tickets in sight, from the top."""
    return [int(title.removeprefix(TITLE.format(""))) for title in titles(page)]


def _turn_until(page: Page, by: int, number: int) -> None:
    """Turn the wheel over the list until a ticket is in sight."""

    def turn() -> bool:
        page.mouse.wheel(0, by)
        return number in _numbers(page)

    page.locator(".ticket-scroller").hover()
    eventually(turn, f"number {number} is in sight", deadline_s=WAY_S)


def _expect_whole(page: Page) -> list[int]:
    """Wait until the list is at rest; what is in sight are tickets that follow one another, and nothing is empty."""
    rest(page)
    shown = _numbers(page)
    assert shown == list(range(shown[0], shown[0] + len(shown)))
    assert len(shown) >= page.evaluate(_ROOM)
    return shown


def test_a_hundred_thousand_tickets_are_scrolled_by_wheel_and_keys(
    full_desk: Desk, visit: Callable[..., Visitor]
) -> None:
    bob = visit(f"http://{full_desk.tcp_of_ui()}/", "bob")
    page, keys = bob.page, bob.page.keyboard
    bob.live()
    expect(row_of(page, TITLE.format(1)).first).to_be_visible()
    page.evaluate(_WATCH, TITLE)
    # By the wheel, which fetches page after page.
    _turn_until(page, 100_000, COUNT)
    assert _expect_whole(page)[-1] == COUNT
    unassigned = page.get_by_role("navigation", name="Views").get_by_role("link", name="Unassigned")
    expect(unassigned).to_contain_text("100,000")
    expect(rows(bob).last).to_have_attribute("aria-setsize", str(COUNT))
    _turn_until(page, -1_000_000, 1)
    assert _expect_whole(page)[0] == 1
    # By the keyboard, in one step and in small ones.
    row_of(page, TITLE.format(1)).first.focus()
    keys.press("End")
    expect(row_of(page, TITLE.format(COUNT))).to_be_focused()
    shown = _expect_whole(page)
    assert shown[-1] == COUNT
    keys.press("ArrowUp")
    expect(row_of(page, TITLE.format(COUNT - 1))).to_be_focused()
    keys.press("PageUp")
    keys.press("ArrowUp")
    above = row_of(page, TITLE.format(shown[0]))
    expect(above).to_be_in_viewport()
    _expect_whole(page)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE.format(""))
    page.go_back()
    row_of(page, TITLE.format(shown[0])).focus()
    keys.press("Home")
    expect(row_of(page, TITLE.format(1)).first).to_be_focused()
    assert _expect_whole(page)[0] == 1
    seen = page.evaluate("window.seen")
    assert seen["wrong"] == []
    assert seen["most"] <= DRAWN
