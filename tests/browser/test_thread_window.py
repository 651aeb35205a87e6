"""A thread of hundreds of messages: opened at its end, read upwards and downwards, with few of them on the page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.browser_tabs import TABS_WAIT_MS
from tests.browser.page_object import Visitor, settle
from tests.browser.pages_thread import ThreadPage, file_long_ticket
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
REPLIES = 400
# What the page holds at most, the ticket's own text aside.
MOST = 200


def test_a_reader_scrolls_through_a_long_thread(served: Desk, person: Person) -> None:
    file_long_ticket(served, REPLIES)
    bob = ThreadPage(person("bob"))
    bob.open("Long")
    expect(bob.message(f"This is reply {REPLIES}.")).to_be_in_viewport()
    most = 0

    def turn_to(text: str, by: int) -> bool:
        nonlocal most
        bob.page.mouse.wheel(0, by)
        settle(bob.page)
        most = max(most, bob.articles.count())
        return bob.message(text).count() > 0

    # Upwards, a screen at a time: older ones come by themselves, and what is read stays where it is.
    bob.region.hover()
    eventually(lambda: turn_to("This is reply 3.", -700), "the beginning is there", TABS_WAIT_MS / 1000)
    # And back to the end.
    eventually(lambda: turn_to(f"This is reply {REPLIES}.", 700), "the end is there again", TABS_WAIT_MS / 1000)
    assert most <= MOST + 1


def test_what_is_read_stays_in_its_place(served: Desk, person: Person) -> None:
    file_long_ticket(served, 130)
    bob = ThreadPage(person("bob"))
    bob.open("Long")
    expect(bob.message("This is reply 130.")).to_be_in_viewport()
    watched = bob.message("This is reply 84.")
    watched.scroll_into_view_if_needed()
    bob.page.mouse.move(600, 400)
    before = watched.bounding_box()
    # The older ones come without a jump.
    expect(bob.message("This is reply 60.")).to_be_attached()
    after = watched.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2


def test_the_whole_end_of_a_thread_is_there_after_its_first_picture(served: Desk, person: Person) -> None:
    file_long_ticket(served, 40)
    bob = ThreadPage(person("bob"))
    bob.open("Long")
    expect(bob.articles).to_have_count(41)
    expect(bob.message("This is reply 40.")).to_be_in_viewport()
