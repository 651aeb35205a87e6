"""What is unread is the same in every tab, on every device and after a reload."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.browser_tabs import second_tab
from tests.browser.page_object import ELSEWHERE, Visitor, wait_for
from tests.browser.pages_compose import hold_first
from tests.browser.pages_list import row_of
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def _is_unread(page: Page, title: str, *, unread: bool) -> None:
    expect(row_of(page, title)).to_have_attribute("data-unread", str(unread).lower())


def _unread_messages(served: Desk, user: str) -> int:
    (ticket,) = served.call(user, "ticket.list", unread=True)["tickets"]
    return int(ticket["unread"])


def test_a_ticket_is_unread_until_it_is_opened_in_some_tab_or_on_some_device(served: Desk, person: Person) -> None:
    for title in ("First", "Second"):
        served.call("carol", "ticket.create", title=title, body="Text")
    bob = person("bob")
    bob.live()
    tab = second_tab(bob, "bob")
    device = person("bob")
    pages = [bob.page, tab, device.page]
    for page in pages:
        _is_unread(page, "First", unread=True)
        _is_unread(page, "Second", unread=True)
    bob.ticket("First").click()
    expect(bob.message("Text")).to_be_visible()
    for page in pages:
        _is_unread(page, "First", unread=False)
        _is_unread(page, "Second", unread=True)
    for page in pages:
        page.goto(page.url.partition("#")[0])
        page.reload()
        _is_unread(page, "First", unread=False)
        _is_unread(page, "Second", unread=True)
    served.call("carol", "message.reply", ticket_id=1, body="And another thing")
    for page in pages:
        _is_unread(page, "First", unread=True)
        page.reload()
        _is_unread(page, "First", unread=True)


def test_news_on_the_ticket_in_front_of_one_are_read_as_they_come(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="First", body="Text")
    bob, device = person("bob"), person("bob")
    bob.ticket("First").click()
    expect(bob.message("Text")).to_be_visible()
    _is_unread(device.page, "First", unread=False)
    served.call("carol", "message.reply", ticket_id=1, body="Live")
    expect(bob.message("Live")).to_be_visible()
    expect(device.ticket("First")).to_contain_text("Live")
    _is_unread(device.page, "First", unread=False)
    _is_unread(bob.page, "First", unread=False)
    bob.page.reload()
    _is_unread(bob.page, "First", unread=False)


def test_what_is_read_as_the_page_is_left_is_read(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="First", body="Text")
    bob = person("bob")
    bob.live()
    held = hold_first(bob.page, "read.mark")
    assert _unread_messages(served, "bob") == 1
    bob.ticket("First").click()
    expect(bob.message("Text")).to_be_visible()
    wait_for(bob.page, lambda: held, "the page says that it is read")
    bob.page.goto(bob.page.url.partition("#")[0] + ELSEWHERE)
    eventually(lambda: _unread_messages(served, "bob") == 0, "it is read")


def test_what_one_has_written_is_read_and_a_colleagues_note_is_not(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="First", body="Text")
    served.call("bob", "read.mark", ticket_id=1, message_id=0)
    bob = person("bob")
    _is_unread(bob.page, "First", unread=False)
    served.call("bob", "message.reply", ticket_id=1, body="From elsewhere")
    expect(bob.ticket("First")).to_contain_text("From elsewhere")
    _is_unread(bob.page, "First", unread=False)
    served.call("alice", "message.note", ticket_id=1, body="Look at this")
    _is_unread(bob.page, "First", unread=True)
    carol = person("carol")
    _is_unread(carol.page, "First", unread=True)
    carol.ticket("First").click()
    expect(carol.message("From elsewhere")).to_be_visible()
    _is_unread(carol.page, "First", unread=False)
    eventually(lambda: _unread_messages(served, "carol") == 0, "the server knows it")
    carol.page.reload()
    _is_unread(carol.page, "First", unread=False)
