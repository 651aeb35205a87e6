"""A list of any length: few rows are drawn, it scrolls to its end, and nothing that is read moves away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.page_object import Visitor
from tests.browser.pages_list import LongList, in_sight, rest, row_of, rows, scroll, titles
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]

COUNT = 10_000
DRAWN = 60
# Rows that are put into the list from here on; how long that takes is measured by the benchmarks.
_COUNT_DRAWN = """() => {
    window.drawn = 0;
    const isRow = (node) => node instanceof Element && (node.matches('li') || node.querySelector('li') !== null);
    new MutationObserver((changes) => {
        for (const { addedNodes } of changes) window.drawn += [...addedNodes].filter(isRow).length;
    }).observe(document.querySelector('.ticket-scroller'), { childList: true, subtree: true });
}"""


@pytest.fixture
def long_list(served: Desk, person: Person) -> tuple[Visitor, LongList]:
    """Bob at a list of ten thousand tickets, behind the newest of which all the others are to be fetched."""
    served.call("carol", "ticket.create", title="Like this", body="Text")
    (like,) = served.call("bob", "ticket.list", unread=True)["tickets"]
    bob = person("bob")
    listed = LongList(bob.page, COUNT, like)
    bob.page.reload()
    bob.live()
    expect(row_of(bob.page, "Number 0").first).to_be_visible()
    return bob, listed


def _load_all(bob: Visitor) -> None:
    """Scroll to the end again and again, as somebody does who holds the bar at the bottom."""
    to_end = """() => {
        const list = document.querySelector('.ticket-scroller');
        list.scrollTop = list.scrollHeight;
        return [...document.querySelectorAll('.ticket-title')].some((row) => row.lastChild.textContent === 'Number %d');
    }"""
    eventually(lambda: bob.page.evaluate(to_end % (COUNT - 1)), "the last ticket is drawn", deadline_s=90)


def test_ten_thousand_tickets_are_scrolled_through_with_a_few_rows_drawn(long_list: tuple[Visitor, LongList]) -> None:
    bob, listed = long_list
    assert rows(bob).count() <= DRAWN
    assert listed.asked <= 2
    _load_all(bob)
    assert rows(bob).count() <= DRAWN
    # Pages become as long as the server makes them.
    assert listed.asked <= COUNT // 200 + 4
    eventually(lambda: titles(bob.page)[-1:] == [f"Number {COUNT - 1}"], "the last ticket is in sight")
    last = rows(bob).last
    expect(last).to_have_attribute("aria-posinset", str(COUNT))
    expect(last).to_have_attribute("aria-setsize", str(COUNT))
    # The way back is through rows that were drawn before.
    bob.page.evaluate("document.querySelector('.ticket-scroller').scrollTop = 100_000")
    eventually(lambda: titles(bob.page), "rows in the middle")
    assert rows(bob).count() <= DRAWN


def test_a_new_ticket_in_ten_thousand_rows_draws_few_of_them(long_list: tuple[Visitor, LongList], served: Desk) -> None:
    bob, listed = long_list
    _load_all(bob)
    bob.page.evaluate("document.querySelector('.ticket-scroller').scrollTop = 0")
    expect(row_of(bob.page, "Number 0").first).to_be_visible()
    asked = listed.asked
    bob.page.evaluate(_COUNT_DRAWN)
    served.call("dave", "ticket.create", title="The newest", body="Text")
    expect(row_of(bob.page, "The newest")).to_be_in_viewport()
    eventually(lambda: titles(bob.page)[0] == "The newest", "it is the first one")
    assert 1 <= bob.page.evaluate("window.drawn") <= DRAWN
    assert rows(bob).count() <= DRAWN
    # A page at most, and never the whole list.
    assert listed.asked <= asked + 2


def test_a_ticket_that_arrives_above_moves_nothing_in_sight(long_list: tuple[Visitor, LongList], served: Desk) -> None:
    bob, _ = long_list
    scroll(bob.page, 1_500)
    eventually(lambda: titles(bob.page)[0] not in {"Number 0", "Number 1"}, "the list has moved")
    rest(bob.page)
    before = in_sight(bob.page)
    heard = bob.page.locator(".unseen[role=status]")
    for number in range(3):
        served.call("dave", "ticket.create", title=f"Above {number}", body="Text")
        expect(heard.filter(has_text=f"Above {number}")).to_have_count(1)
    assert in_sight(bob.page) == before
    bob.page.evaluate("document.querySelector('.ticket-scroller').scrollTop = 0")
    expect(row_of(bob.page, "Above 2")).to_be_in_viewport()


def test_the_list_is_walked_through_by_the_keyboard(long_list: tuple[Visitor, LongList]) -> None:
    bob, _ = long_list
    keys = bob.page.keyboard
    row_of(bob.page, "Number 0").first.focus()
    for _ in range(30):
        keys.press("ArrowDown")
    expect(row_of(bob.page, "Number 30")).to_be_focused()
    expect(row_of(bob.page, "Number 30")).to_be_in_viewport()
    keys.press("ArrowUp")
    expect(row_of(bob.page, "Number 29")).to_be_focused()
    keys.press("Home")
    expect(row_of(bob.page, "Number 0").first).to_be_focused()
    # What has the focus keeps it while it is scrolled out of sight.
    scroll(bob.page, 3_000)
    eventually(lambda: "Number 0" not in titles(bob.page), "the first row is out of sight")
    rest(bob.page)
    expect(row_of(bob.page, "Number 0").first).to_be_focused()
    keys.press("ArrowDown")
    expect(row_of(bob.page, "Number 1").first).to_be_in_viewport()
    keys.press("End")
    keys.press("ArrowUp")
    expect(bob.page.locator(".ticket:focus")).to_have_count(1)


def test_a_row_that_leaves_the_list_gives_its_focus_to_the_next_one(served: Desk, person: Person) -> None:
    for title in ("First", "Second", "Third"):
        served.call("carol", "ticket.create", title=title, body="Text")
    bob = person("bob")
    bob.live()
    bob.ticket("Second").focus()
    served.call("alice", "ticket.update", ticket_id=2, status="closed")
    expect(bob.ticket("Second")).to_have_count(0)
    expect(bob.ticket("First")).to_be_focused()


def _refuse_further_pages(route: Route) -> None:
    if "cursor" in (route.request.post_data or ""):
        route.abort()
    else:
        route.continue_()


def test_why_further_tickets_do_not_come_is_said_and_they_come_once_it_is_tried_again(
    served: Desk, person: Person
) -> None:
    with served.client("carol") as carol:
        for number in range(70):
            carol.call("ticket.create", title=f"Ticket number {number:02}", body="")
    bob = person("bob")
    bob.live()
    bob.page.route("**/rpc", _refuse_further_pages)
    scroll(bob.page, 20_000)
    problem = bob.page.get_by_role("navigation", name="Tickets").get_by_role("alert")
    expect(problem).to_be_visible()
    bob.page.unroute("**/rpc")
    problem.get_by_role("button", name="Try again").click()
    expect(problem).to_have_count(0)
    expect(rows(bob).first).to_have_attribute("aria-setsize", "70")
    scroll(bob.page, 20_000)
    expect(bob.ticket("Ticket number 00")).to_be_visible()
