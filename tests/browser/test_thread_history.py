"""Quiet lines in the thread: what changed, and who changed it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.browser.pages_thread import ThreadPage
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def _are_in_order(thread: ThreadPage, order: list[str]) -> bool:
    texts = thread.region.locator("ol > li:not(.day)").all_inner_texts()
    places = [next((number for number, text in enumerate(texts) if words in text), -1) for words in order]
    return -1 not in places and places == sorted(places)


def test_agents_see_what_changed_as_it_changes(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Quiet", body="Help")
    served.call("bob", "ticket.update", ticket_id=1, assignee="bob")
    alice = ThreadPage(person("alice"))
    alice.open("Quiet")
    expect(alice.line("Bob took the ticket")).to_be_visible()
    served.call("bob", "ticket.update", ticket_id=1, priority="urgent", add_tags=["vpn"])
    expect(alice.line("Bob set the priority to Urgent")).to_be_visible()
    expect(alice.line("Bob added the tag vpn")).to_be_visible()
    served.call("bob", "message.reply", ticket_id=1, body="Try again.")
    served.call("carol", "ticket.update", ticket_id=1, status="solved")
    expect(alice.line("Carol solved the ticket")).to_be_visible()
    served.call("carol", "message.reply", ticket_id=1, body="Not quite.")
    expect(alice.line("Carol opened the ticket again")).to_be_visible()
    for words in ("Help", "Try again.", "Not quite."):
        expect(alice.message(words)).to_be_visible()
    order = ["Help", "Bob took", "Try again.", "Carol solved", "Not quite.", "Carol opened"]
    # A message may be there before what happened ahead of it.
    eventually(lambda: _are_in_order(alice, order), "messages and changes are in their order")


def test_customers_see_the_status_alone(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Quiet", body="Help")
    served.call("bob", "ticket.update", ticket_id=1, assignee="bob", priority="high", status="solved")
    carol = ThreadPage(person("carol"))
    carol.open("Quiet")
    expect(carol.line("Bob solved the ticket")).to_be_visible()
    expect(carol.region.locator(".changes li")).to_have_count(1)


def test_many_changes_are_folded(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Quiet", body="Help")
    for number in range(6):
        served.call("bob", "ticket.update", ticket_id=1, title=f"Quiet {number}")
    bob = ThreadPage(person("bob"))
    bob.open("Quiet 5")
    expect(bob.region.get_by_text("6 changes")).to_be_visible()
    expect(bob.line("which was “Quiet 4”")).to_be_hidden()
    bob.region.get_by_text("6 changes").click()
    expect(bob.line("which was “Quiet 4”")).to_be_visible()


def test_a_merge_keeps_times_and_order_and_links_both(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="First", body="The first text")
    served.call("carol", "ticket.create", title="Second", body="The second text")
    served.call("carol", "message.reply", ticket_id=1, body="Then to the first.")
    served.call("carol", "message.reply", ticket_id=2, body="Then to the second.")
    served.call("bob", "ticket.merge", ticket_id=2, into=1)
    bob = ThreadPage(person("bob"))
    bob.open("First")
    expect(bob.line("Bob merged ticket 2 into this ticket")).to_be_visible()
    expect(bob.articles).to_contain_text(
        ["The first text", "The second text", "Then to the first.", "Then to the second."]
    )
    bob.region.get_by_role("link", name="ticket 2").click()
    expect(bob.visitor.heading("Second")).to_be_visible()
    expect(bob.line("Bob merged this ticket into ticket 1")).to_be_visible()
