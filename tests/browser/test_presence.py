"""Who looks at a ticket and who writes there, live: agents see each other and their customer, who sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.page_object import Visitor, go_to, wait_for
from tests.browser.pages_compose import calls_of
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
TITLE = "The VPN is down"
# Every text that the head of the thread has had since.
LISTEN = """() => {
    const head = document.querySelector(".thread-head");
    window.texts = [head.textContent];
    const hear = () => window.texts.push(head.textContent);
    new MutationObserver(hear).observe(head, { childList: true, characterData: true, subtree: true });
}"""
# Types a sentence as a person does, as fast on every machine.
TYPE = """async (field, text) => {
    for (const letter of text) {
        document.execCommand("insertText", false, letter);
        await new Promise((done) => setTimeout(done, 30));
    }
}"""


def presence(visitor: Visitor) -> Locator:
    return visitor.page.locator(".thread-head .presence")


@pytest.fixture
def at(served: Desk, person: Person) -> Callable[..., Visitor]:
    """Somebody at Carol's ticket."""
    served.call("carol", "ticket.create", title=TITLE, body="Since this morning.")

    def come(user: str, **options: Any) -> Visitor:
        visitor = person(user, **options)
        visitor.ticket(TITLE).click()
        expect(visitor.heading(TITLE)).to_be_visible()
        return visitor

    return come


def test_the_customer_sees_who_looks_and_who_writes(at: Callable[..., Visitor]) -> None:
    carol, bob = at("carol"), at("bob")
    expect(presence(carol)).to_contain_text("Bob is looking at this")
    expect(presence(bob)).to_contain_text("Carol")
    bob.page.get_by_label("Reply", exact=True).press_sequentially("We are")
    expect(presence(carol)).to_contain_text("is writing")
    # Who has stopped to type looks.
    expect(presence(carol)).to_contain_text("is looking at this", timeout=30_000)


def test_a_note_is_writing_for_agents_and_looking_for_customers(served: Desk, at: Callable[..., Visitor]) -> None:
    carol, bob, alice = at("carol"), at("bob"), at("alice")
    expect(presence(carol)).to_contain_text("are looking at this")
    carol.page.evaluate(LISTEN)
    bob.page.get_by_role("button", name="Internal note").click()
    bob.page.get_by_label("Internal note: only agents will see this").press_sequentially("Secret")
    expect(presence(alice)).to_contain_text("is writing")
    # What her stream brings now comes after all that it brought of the note.
    served.call("alice", "message.reply", ticket_id=1, body="One moment.")
    expect(carol.message("One moment.")).to_be_visible()
    assert [text for text in carol.page.evaluate("window.texts") if "writing" in text] == []


def test_who_leaves_or_looks_elsewhere_is_gone(served: Desk, at: Callable[..., Visitor]) -> None:
    served.call("carol", "ticket.create", title="Another one", body="b")
    alice, bob = at("alice"), at("bob")
    expect(presence(alice)).to_contain_text("Bob")
    bob.ticket("Another one").click()
    expect(presence(alice)).to_have_count(0)
    bob.ticket(TITLE).click()
    expect(presence(alice)).to_contain_text("Bob")
    bob.page.close()
    expect(presence(alice)).to_have_count(0, timeout=40_000)


def test_two_windows_of_one_person_are_at_two_tickets(served: Desk, at: Callable[..., Visitor]) -> None:
    served.call("carol", "ticket.create", title="Another one", body="b")
    at("bob")
    other = at("bob")
    other.ticket("Another one").click()

    def places() -> set[int]:
        found = served.call("alice", "presence.list")["tickets"]
        return {one["ticket_id"] for one in found if any(who["user_id"] == "bob" for who in one["people"])}

    eventually(lambda: places() == {1, 2}, "Bob is at both tickets")


def test_few_requests_say_where_somebody_is(at: Callable[..., Visitor]) -> None:
    bob = at("bob")
    expect(presence(at("alice"))).to_contain_text("Bob")
    beats = calls_of(bob.page, "presence.beat")
    field = bob.page.get_by_label("Reply", exact=True)
    field.focus()
    field.evaluate(TYPE, "A sentence that is typed letter by letter.")
    expect(field).to_have_value("A sentence that is typed letter by letter.")
    go_to(bob.page, "#/")
    # One after the other: that he is gone is told after all that was to be told of the letters.
    wait_for(bob.page, lambda: [beat for beat in beats if '"ticket_id":null' in beat], "it is said that he is gone")
    assert len(beats) <= 3
    assert sum('"writing"' in beat for beat in beats) >= 1


def test_who_does_not_want_to_be_seen_is_not(served: Desk, at: Callable[..., Visitor]) -> None:
    served.call("bob", "user.update_me", shows_presence=False)
    bob, alice = at("bob"), at("alice")
    expect(presence(bob)).to_contain_text("Alice")
    # Who comes after Bob is seen.
    at("carol")
    expect(presence(alice)).to_contain_text("Carol")
    expect(presence(alice)).not_to_contain_text("Bob")


def test_the_list_says_who_looks_at_what(at: Callable[..., Visitor], person: Person) -> None:
    """In the rows of agents, and in that of the customer, who sees in the thread as well that somebody looks."""
    alice, carol = person("alice"), person("carol")
    alice.live()
    carol.live()
    bob = at("bob")
    row = alice.ticket(TITLE)
    expect(row).to_contain_text("Looking at it: Bob")
    expect(carol.ticket(TITLE)).to_contain_text("Looking at it: Bob")
    # Who writes is told from who looks; a customer is not told of a note.
    bob.page.get_by_label("Reply", exact=True).press_sequentially("We are")
    for visitor in (alice, carol):
        expect(visitor.ticket(TITLE)).to_contain_text("Writing: Bob")
        expect(visitor.ticket(TITLE).locator(".presence-dots")).to_be_visible()
    go_to(bob.page, "#/")
    expect(row).not_to_contain_text("Looking at it")
    expect(row).not_to_contain_text("Writing")
