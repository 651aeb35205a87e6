"""What its reader has to read or to act on stays: until it is closed, or while they are at it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.axe import find_faults
from tests.browser.page_object import go_to, wait_for
from tests.browser.pages_commands import box, bulk_bar, said, warnings
from tests.browser.pages_compose import Person, bodies, hold, let_undo, open_ticket, reply_of, send
from tests.ui.daemons import Desk, eventually

# Longer than anything on the page stays by itself.
LONG_MS = 50_000


def test_why_a_key_does_nothing_stays_until_it_is_closed(served: Desk, person: Person, axe: str) -> None:
    bob = open_ticket(served, person)
    bob.page.clock.install()
    bob.page.reload()
    bob.live()
    bob.page.keyboard.press("#")
    expect(warnings(bob)).to_contain_text("Only admins delete tickets")
    served.call("carol", "ticket.create", title="Something else", body="Text")
    expect(said(bob)).to_contain_text("Something else")
    bob.page.clock.fast_forward(LONG_MS)
    expect(bob.ticket("Something else")).to_be_visible()
    expect(warnings(bob)).to_be_visible()
    go_to(bob.page, "#/")
    expect(warnings(bob)).to_be_visible()
    assert find_faults(bob.page, axe) == []
    warnings(bob).get_by_role("button", name="Close").click()
    expect(warnings(bob)).to_have_count(0)
    expect(bob.page.locator("#main")).to_be_focused()


def test_what_one_user_was_told_is_not_told_the_next_one(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    bob.page.keyboard.press("#")
    expect(warnings(bob)).to_be_visible()
    bob.page.get_by_label("Demo user").select_option("alice")
    expect(warnings(bob)).to_have_count(0)


def test_a_change_that_is_refused_once_its_ticket_was_left_is_said(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    served.call("carol", "ticket.create", title="Other", body="Text")
    held = hold(bob.page, "ticket.update")
    bob.page.locator(".panel select[data-key=priority]").select_option("urgent")
    wait_for(bob.page, lambda: held, "the change is on its way")
    bob.ticket("Other").click()
    expect(bob.heading("Other")).to_be_visible()
    held[0].abort()
    expect(warnings(bob)).to_contain_text("Ticket 1: what you did was not saved.")


def test_a_ticket_that_is_refused_once_its_form_was_left_is_said(served: Desk, person: Person) -> None:
    carol = person("carol")
    go_to(carol.page, "#/new")
    held = hold(carol.page, "ticket.create")
    carol.page.get_by_label("Title").fill("VPN")
    carol.page.get_by_label("Description").fill("It says no.")
    carol.page.get_by_role("button", name="Send ticket").click()
    wait_for(carol.page, lambda: held, "the ticket is on its way")
    go_to(carol.page, "#/")
    expect(carol.heading("How can we help?")).to_be_visible()
    held[0].abort()
    expect(warnings(carol)).to_contain_text("New ticket: what you did was not saved.")
    go_to(carol.page, "#/new")
    expect(carol.page.get_by_label("Description")).to_have_value("It says no.")


def test_what_was_refused_is_still_there_after_the_next_change(served: Desk, person: Person) -> None:
    for number in (1, 2, 3):
        served.call("carol", "ticket.create", title=f"Ticket no. {number}", body="Text")
    bob = person("bob")
    bob.live()
    for number in (1, 2):
        box(bob, f"Ticket no. {number}").check()
    served.call("bob", "ticket.merge", ticket_id=2, into=1)
    bar = bulk_bar(bob)
    bar.get_by_role("combobox", name="Status").select_option("Solved")
    expect(bar).to_contain_text("1 ticket changed, 1 refused")
    bar.get_by_role("button", name="Select none").click()
    box(bob, "Ticket no. 3").check()
    bar.get_by_role("combobox", name="Priority").select_option("Urgent")
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=3)["priority"] == "urgent", "it is changed")
    expect(bar.locator(".bulk-report")).to_have_count(2)
    expect(bar.get_by_role("group").get_by_role("link")).to_have_text("Ticket 2")
    bar.get_by_role("button", name="Close the report").click()
    expect(bar.locator(".bulk-report")).to_have_count(0)


def test_what_takes_a_change_back_stays_while_its_agent_is_at_it(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Look", body="Text")
    bob = person("bob")
    bob.page.clock.install()
    bob.page.reload()
    bob.live()
    box(bob, "Look").check()
    bulk_bar(bob).get_by_role("combobox", name="Priority").select_option("Urgent")
    undo = bulk_bar(bob).get_by_role("button", name="Undo")
    undo.focus()
    bob.page.clock.fast_forward(LONG_MS)
    served.call("carol", "ticket.create", title="Something else", body="Text")
    expect(bob.ticket("Something else")).to_be_visible()
    expect(undo).to_be_focused()
    bob.page.locator("#main").focus()
    bob.page.clock.fast_forward(LONG_MS)
    expect(undo).to_have_count(0)


def test_a_reply_waits_while_its_author_is_at_what_takes_it_back(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    bob.page.clock.install()
    let_undo(bob)
    reply_of(bob.page).fill("Half")
    send(bob.page)
    undo = bob.message("Half").get_by_role("button", name="Undo")
    undo.hover()
    expect(bob.page.locator(".undo-time")).to_have_css("animation-play-state", "paused")
    bob.page.clock.fast_forward(LONG_MS)
    served.call("carol", "ticket.create", title="Something else", body="Text")
    expect(bob.ticket("Something else")).to_be_visible()
    assert bodies(served) == []
    undo.click()
    expect(reply_of(bob.page)).to_have_value("Half")
    send(bob.page)
    undo.hover()
    reply_of(bob.page).hover()
    bob.page.clock.fast_forward(LONG_MS)
    eventually(lambda: bodies(served) == ["Half"], "it is sent once its author has turned to something else")


def test_a_second_reply_takes_nothing_of_the_time_of_the_first(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    let_undo(bob, 20)
    for text in ("Half", "Whole"):
        reply_of(bob.page).fill(text)
        send(bob.page)
    expect(bob.page.locator(".message[data-pending=waiting]")).to_have_count(2)
    bob.message("Half").get_by_role("button", name="Undo").click()
    expect(reply_of(bob.page)).to_have_value("Half")
