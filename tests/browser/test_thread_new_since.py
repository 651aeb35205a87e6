"""The line where the new messages begin, for a reader who comes back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.page_object import Visitor
from tests.browser.pages_thread import ThreadPage, file_long_ticket
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def line_of(thread: ThreadPage) -> Locator:
    """The line."""
    return thread.region.get_by_text("New since you were here")


def test_the_line_stands_above_what_was_written_meanwhile(served: Desk, person: Person) -> None:
    file_long_ticket(served, 30)
    served.call("bob", "read.mark", ticket_id=1, message_id=12)
    bob = ThreadPage(person("bob"))
    bob.open("Long")
    line = line_of(bob)
    # A reader begins to read there.
    expect(line).to_be_in_viewport()
    expect(bob.region.locator("ol > li.new-since")).to_have_count(1)
    expect(bob.region.locator("ol > li:has(+ .new-since)")).to_contain_text("This is reply 12.")
    expect(bob.region.locator("ol > .new-since + li")).to_contain_text("This is reply 13.")
    # What comes while they read is not new since then.
    served.call("carol", "message.reply", ticket_id=1, body="And one more.")
    expect(bob.message("And one more.")).to_be_attached()
    expect(line).to_have_count(1)


def test_the_line_stands_also_in_a_thread_that_its_reader_goes_back_to(served: Desk, person: Person) -> None:
    file_long_ticket(served, 3)
    served.call("carol", "ticket.create", title="Other", body="Text")
    bob = ThreadPage(person("bob"))
    bob.open("Long")
    expect(bob.message("This is reply 3.")).to_be_visible()
    bob.open("Other")
    served.call("carol", "message.reply", ticket_id=1, body="Written meanwhile.")
    expect(bob.page.locator(".ticket[data-unread=true]")).to_have_count(1)
    bob.open("Long")
    expect(bob.message("Written meanwhile.")).to_be_visible()
    expect(line_of(bob)).to_have_count(1)


def test_a_ticket_that_is_opened_for_the_first_time_has_none(served: Desk, person: Person) -> None:
    file_long_ticket(served, 2)
    bob = ThreadPage(person("bob"))
    bob.open("Long")
    expect(bob.message("This is reply 2.")).to_be_visible()
    expect(line_of(bob)).to_have_count(0)


def test_each_day_has_a_line(served: Desk, person: Person) -> None:
    file_long_ticket(served, 2)
    bob = ThreadPage(person("bob"))
    # It stays the day on which they were written.
    written_at = served.call("bob", "ticket.get", ticket_id=1)["updated_at"]
    bob.page.clock.set_fixed_time(written_at)
    bob.open("Long")
    expect(bob.region.locator(".day")).to_have_text(["Today"])
