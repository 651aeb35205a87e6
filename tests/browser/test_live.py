"""Two people at one desk: what one does, the other sees without a reload."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import partial

from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def test_a_ticket_and_its_answer_arrive_without_a_reload(person: Person) -> None:
    carol, bob = person("carol"), person("bob")
    bob.live()
    carol.live()
    carol.file("The printer is silent", "Since this morning.\nNo light either.")
    bob.ticket("The printer is silent").click()
    expect(bob.message("No light either.")).to_be_visible()
    bob.reply("Is it plugged in?")
    expect(carol.message("Is it plugged in?")).to_be_visible()
    carol.reply("It is now.")
    expect(bob.message("It is now.")).to_be_visible()
    assert not carol.was_reloaded
    assert not bob.was_reloaded


def test_an_answer_changes_the_state_of_the_ticket_in_both_lists(person: Person) -> None:
    carol, bob = person("carol"), person("bob")
    carol.live()
    carol.file("A question", "How?")
    bob.ticket("A question").click()
    bob.reply("Like this.")
    expect(bob.ticket("A question")).to_contain_text("Waiting on customer")
    expect(carol.ticket("A question")).to_contain_text("Answered")


def test_a_note_never_reaches_the_customer(person: Person) -> None:
    """Carol gets the reply that was written after the note, so the note is not merely late."""
    carol, bob, alice = person("carol"), person("bob"), person("alice")
    for one in (carol, bob, alice):
        one.live()
    carol.file("A delicate matter", "Please help.")
    for agent in (bob, alice):
        agent.ticket("A delicate matter").click()
    bob.note("She called twice already")
    expect(alice.message("She called twice already")).to_be_visible()
    bob.page.get_by_role("button", name="Reply to customer").click()
    bob.reply("We are on it")
    expect(carol.message("We are on it")).to_be_visible()
    assert "called twice" not in carol.page.content()
    expect(carol.page.get_by_text("Internal note")).to_have_count(0)
    carol.page.reload()
    expect(carol.message("We are on it")).to_be_visible()
    assert "called twice" not in carol.page.content()


def test_a_note_is_marked_as_one(person: Person) -> None:
    bob = person("bob")
    bob.live()
    bob.file("For us", "Text")
    bob.note("Between us")
    expect(bob.message("Between us")).to_contain_text("never shown to the customer")
    colours = [
        bob.message(text).evaluate("element => getComputedStyle(element).backgroundColor")
        for text in ("Text", "Between us")
    ]
    assert colours[0] != colours[1]


def test_a_merged_ticket_leads_to_where_it_goes_on(served: Desk, person: Person) -> None:
    carol, bob = person("carol"), person("bob")
    carol.live()
    carol.file("The first", "One.")
    carol.file("The second", "Two.")
    first, second = (ticket["ticket_id"] for ticket in served.call("bob", "ticket.list", order="id")["tickets"])
    served.call("bob", "ticket.merge", ticket_id=first, into=second)
    served.call("bob", "message.reply", ticket_id=second, body="On it.")
    bob.live()
    # A merged ticket is closed.
    bob.page.get_by_role("navigation", name="Views").get_by_role("link", name="Closed").click()
    bob.ticket("The first").click()
    onward = bob.page.locator(".thread-merged").get_by_role("link", name=f"ticket {second}")
    expect(onward).to_be_visible()
    expect(bob.page.get_by_label("Reply", exact=True)).to_have_count(0)
    onward.click()
    expect(bob.heading("The second")).to_be_visible()
    articles = bob.page.get_by_role("region", name="Messages").get_by_role("article")
    # In the order in which they were written: the first ticket is older than the second.
    for place, text in enumerate(("One.", "Two.", "On it.")):
        expect(articles.nth(place)).to_contain_text(text)
    carol.reply("Thank you.")
    expect(bob.message("Thank you.")).to_be_visible()


def test_a_server_that_was_killed_comes_back_and_nothing_is_missed(served: Desk, person: Person) -> None:
    bob = person("bob")
    bob.live()
    bob.file("Before", "Text")
    served.daemons[0].end(signal.SIGKILL)
    expect(bob.page.locator(".connection")).not_to_have_text("Live")
    expect(bob.page.get_by_role("list", name="Projects that do not answer")).to_be_visible()
    served.start_server()
    with served.client("carol") as carol:
        carol.call("ticket.create", title="Meanwhile", body="I was early")
        carol.call("ticket.create", title="And another", body="Me too")
    with served.client("alice") as alice:
        alice.call("message.reply", ticket_id=1, body="Answered since then")
    bob.live()
    expect(bob.ticket("Meanwhile")).to_be_visible()
    expect(bob.ticket("And another")).to_be_visible()
    expect(bob.message("Answered since then")).to_be_visible()
    expect(bob.page.get_by_role("list", name="Projects that do not answer")).to_have_count(0)
    assert not bob.was_reloaded


def test_who_is_deactivated_is_told_so_and_comes_back_on_request(served: Desk, person: Person) -> None:
    alice, bob = person("alice"), person("bob")
    alice.live()
    bob.live()
    served.call("alice", "user.deactivate", user_id="bob")
    expect(bob.page.locator(".connection")).to_have_text("Not signed in")
    silent = bob.page.get_by_role("list", name="Projects that do not answer")
    expect(silent).to_contain_text("Bob is deactivated in this project", ignore_case=True)
    served.call("alice", "user.reactivate", user_id="bob")
    served.call("carol", "ticket.create", title="Meanwhile", body="")
    expect(alice.ticket("Meanwhile")).to_be_visible()
    expect(bob.page.locator(".connection")).to_have_text("Not signed in")
    bob.page.get_by_role("button", name="Try again").click()
    bob.live()
    expect(bob.ticket("Meanwhile")).to_be_visible()


def test_a_page_opened_while_the_server_is_down_comes_to_life(served: Desk, person: Person) -> None:
    served.daemons[0].end()
    bob = person("bob")
    silent = bob.page.get_by_role("list", name="Projects that do not answer")
    expect(silent).to_contain_text("cannot be reached")
    expect(silent).not_to_contain_text("hero_assistance")
    served.start_server()
    bob.live()
    expect(bob.page.get_by_label("Demo user")).to_have_value("bob")


def test_what_is_sent_while_the_server_is_down_is_kept_and_sent_once(served: Desk, person: Person) -> None:
    bob = person("bob")
    bob.live()
    bob.file("Patience", "Text")
    served.daemons[0].end(signal.SIGKILL)
    bob.page.get_by_label("Reply", exact=True).fill("Do not lose me")
    bob.page.get_by_role("button", name="Send reply").click()
    expect(bob.message("Do not lose me")).to_contain_text("Waits for the connection")
    served.start_server()
    bob.live()
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
    expect(bob.message("Do not lose me")).to_have_count(1)
    expect(bob.page.locator(".composer .problem")).to_have_count(0)
    assert len(served.call("bob", "message.list", ticket_id=1)["messages"]) == 1


def test_news_elsewhere_are_counted_in_the_title_until_they_are_read(served: Desk, person: Person) -> None:
    bob = person("bob")
    bob.live()
    served.call("carol", "ticket.create", title="One", body="")
    expect(bob.page).to_have_title("(1) Support")
    bob.ticket("One").click()
    expect(bob.page).to_have_title("One · Support")


def test_news_are_said_aloud(served: Desk, person: Person) -> None:
    bob = person("bob")
    bob.live()
    served.call("carol", "ticket.create", title="Listen", body="")
    expect(bob.page.get_by_role("status").filter(has_text="New ticket from Carol: Listen")).to_have_count(1)


def test_what_a_reader_of_older_messages_misses_is_offered(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Long", body="\n".join(f"line {n}" for n in range(200)))
    bob = person("bob")
    bob.live()
    bob.ticket("Long").click()
    region = bob.page.get_by_role("region", name="Messages")
    expect(region).to_have_attribute("aria-busy", "false")
    region.evaluate("element => { element.scrollTop = 0; }")
    expect(bob.message("line 3").locator("header")).to_be_in_viewport()
    served.call("carol", "message.reply", ticket_id=1, body="The end of it")
    bob.page.get_by_role("button", name="New message").click()
    expect(bob.message("The end of it")).to_be_in_viewport()


def _shown(visitor: Visitor) -> tuple[list[str], list[str]]:
    """The list and the thread, less what changes by the minute and what was read."""
    parts = ".ticket-from, .ticket-title, .ticket .chip, .ticket-count"
    return (
        visitor.page.locator(parts).all_inner_texts(),
        visitor.page.locator(".thread-marks .chip, .bubble-text, .bubble-note").all_inner_texts(),
    )


def _show_the_same(one: Visitor, other: Visitor) -> bool:
    return _shown(one) == _shown(other)


def test_what_arrived_by_events_is_what_a_fresh_page_shows(served: Desk, person: Person) -> None:
    """Snapshot + events = fresh snapshot, for an agent and for the customer."""
    served.call("carol", "ticket.create", title="Mixed", body="Text")
    users = ("bob", "carol")
    people = [person(user) for user in users]
    for one in people:
        one.live()
        one.ticket("Mixed").click()
        expect(one.message("Text")).to_be_visible()
    served.call("bob", "message.reply", ticket_id=1, body="A reply")
    served.call("dave", "ticket.create", title="Another", body="Text", priority="high")
    served.call("bob", "message.note", ticket_id=1, body="A note")
    served.call("carol", "ticket.create", title="A third", body="Text", tags=["x"])
    served.call("alice", "message.reply", ticket_id=2, body="To Dave")
    served.call("carol", "message.reply", ticket_id=1, body="The last word")
    for user, one in zip(users, people, strict=True):
        fresh = person(user)
        fresh.ticket("Mixed").click()
        for visitor in (one, fresh):
            expect(visitor.message("The last word")).to_be_visible()
        eventually(partial(_show_the_same, one, fresh), f"{user} sees the same on both pages")
        assert not one.was_reloaded
