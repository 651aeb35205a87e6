"""Sending: a reply shows at once, can be taken back, waits for the connection, and arrives once."""

from __future__ import annotations

import signal

from playwright.sync_api import expect

from tests.browser.page_object import go_to, wait_for
from tests.browser.pages_compose import (
    Person,
    bodies,
    calls_of,
    cut_off,
    hold,
    let_undo,
    lose_answers,
    note_of,
    open_ticket,
    reconnect,
    refused_save,
    reply_of,
    send,
)
from tests.ui.daemons import Desk

# The frame after the key has what was sent, and the next one may be a busy machine's.
SHOWS = """() => new Promise(resolve => {
    document.querySelector('.composer-form').requestSubmit();
    requestAnimationFrame(() => resolve([
        document.querySelectorAll('.message[data-pending]').length,
        document.querySelector('.composer textarea').value,
    ]));
})"""


def test_a_reply_shows_in_its_thread_in_the_frame_after_the_key(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    held = hold(bob.page, "message.reply")
    reply_of(bob.page).fill("At once")
    shown, left = bob.page.evaluate(SHOWS)
    assert (shown, left) == (1, "")
    wait_for(bob.page, lambda: held, "the reply is on its way")
    held[0].continue_()
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
    expect(bob.message("At once")).to_have_count(1)


def test_a_reply_can_be_taken_back_until_its_time_is_over(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    # Long enough for a machine with much else to do.
    let_undo(bob, 20)
    reply_of(bob.page).fill("You idiot")
    send(bob.page)
    waiting = bob.message("You idiot")
    expect(waiting).to_contain_text("Is sent in a moment")
    expect(reply_of(bob.page)).to_have_value("")
    waiting.get_by_role("button", name="Undo").click()
    expect(reply_of(bob.page)).to_have_value("You idiot")
    expect(reply_of(bob.page)).to_be_focused()
    expect(waiting).to_have_count(0)
    reply_of(bob.page).fill("Dear Carol")
    send(bob.page)
    # Out of the text, z takes it back too.
    expect(bob.message("Dear Carol").get_by_role("button", name="Undo")).to_be_visible()
    bob.page.get_by_role("region", name="Messages").focus()
    bob.page.keyboard.press("z")
    expect(reply_of(bob.page)).to_have_value("Dear Carol")
    let_undo(bob)
    expect(reply_of(bob.page)).to_have_value("Dear Carol")
    send(bob.page)
    wait_for(bob.page, lambda: bodies(served) == ["Dear Carol"], "it is sent when the time is over")
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
    expect(bob.message("Dear Carol")).to_have_count(1)


def test_leaving_the_page_sends_what_waits_once(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    let_undo(bob, 20)
    reply_of(bob.page).fill("On my way out")
    send(bob.page)
    expect(bob.message("On my way out")).to_be_visible()
    bob.page.reload()
    wait_for(bob.page, lambda: bodies(served) == ["On my way out"], "it is sent while the page is left")
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
    expect(bob.message("On my way out")).to_have_count(1)
    expect(reply_of(bob.page)).to_have_value("")
    bob.page.reload()
    bob.live()
    assert bodies(served) == ["On my way out"]


def test_a_reply_on_another_ticket_can_still_be_taken_back(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Look", body="It says no.")
    served.call("carol", "ticket.create", title="Other", body="Text")
    bob = open_ticket(served, person)
    let_undo(bob, 20)
    reply_of(bob.page).fill("Half")
    send(bob.page)
    bob.ticket("Other").click()
    away = bob.page.get_by_role("list", name="Messages on their way")
    expect(away).to_contain_text("Ticket 1")
    away.get_by_role("button", name="Undo").click()
    expect(bob.heading("Look")).to_be_visible()
    expect(reply_of(bob.page)).to_have_value("Half")
    assert bodies(served) == []


def test_a_reply_can_still_be_taken_back_where_no_ticket_is_open(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Look", body="It says no.")
    bob = open_ticket(served, person)
    let_undo(bob, 20)
    reply_of(bob.page).fill("Half")
    send(bob.page)
    go_to(bob.page, "#/")
    away = bob.page.get_by_role("region", name="Messages on their way")
    expect(away).to_contain_text("Ticket 1")
    bob.page.keyboard.press("z")
    expect(bob.heading("Look")).to_be_visible()
    expect(reply_of(bob.page)).to_have_value("Half")
    assert bodies(served) == []


def test_a_reload_between_the_send_and_its_answer_sends_once(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    lost = lose_answers(bob.page, "message.reply")
    reply_of(bob.page).fill("Try again now")
    send(bob.page)
    wait_for(bob.page, lambda: lost, "the first answer is lost")
    # Its event has brought it: it is not shown a second time.
    expect(bob.message("Try again now")).to_have_count(1)
    before = len(lost)
    bob.page.reload()
    wait_for(bob.page, lambda: len(lost) > before, "the next page asks for the answer")
    expect(bob.message("Try again now")).to_have_count(1)
    reconnect(bob.page)
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
    expect(bob.message("Try again now")).to_have_count(1)
    assert bodies(served) == ["Try again now"]


def test_a_note_whose_answer_was_lost_arrives_once(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    lost = lose_answers(bob.page, "message.note")
    note_of(bob.page).fill("The old gateway")
    bob.page.get_by_role("button", name="Save note").click()
    wait_for(bob.page, lambda: len(lost) > 1, "it is tried again")
    reconnect(bob.page)
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
    assert bodies(served) == ["The old gateway"]


def test_what_has_no_answer_can_be_taken_back(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    cut_off(bob.page)
    reply_of(bob.page).fill("Try again now")
    send(bob.page)
    waiting = bob.message("Try again now")
    expect(waiting).to_contain_text("Waits for the connection")
    waiting.get_by_role("button", name="Take it back").click()
    expect(reply_of(bob.page)).to_have_value("Try again now")
    reconnect(bob.page)
    reply_of(bob.page).fill("Try again now, please")
    send(bob.page)
    expect(bob.message("Try again now, please")).to_have_count(1)
    wait_for(bob.page, lambda: bodies(served) == ["Try again now, please"], "it is sent")


def test_an_outage_in_the_middle_keeps_a_reply_and_sends_it_once(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    served.daemons[0].end(signal.SIGKILL)
    reply_of(bob.page).fill("Do not lose me")
    send(bob.page)
    expect(bob.message("Do not lose me")).to_contain_text("Waits for the connection")
    # Meanwhile, another text is begun.
    reply_of(bob.page).fill("And another thing")
    served.start_server()
    bob.live()
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
    assert bodies(served) == ["Do not lose me"]
    expect(reply_of(bob.page)).to_have_value("And another thing")


def test_two_tabs_that_send_one_draft_make_one_reply(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    device = open_ticket(served, person)
    reply_of(bob.page).fill("From both")
    expect(reply_of(device.page)).to_have_value("From both")
    held = hold(bob.page, "message.reply")
    send(bob.page)
    wait_for(bob.page, lambda: held, "the first is on its way")
    send(device.page)
    wait_for(bob.page, lambda: bodies(served) == ["From both"], "the second has arrived")
    held[0].continue_()
    expect(bob.page.locator(".message[data-pending]")).to_have_count(0)
    expect(reply_of(bob.page)).to_have_value("")
    assert bodies(served) == ["From both"]


def test_a_ticket_whose_answer_was_lost_is_filed_once(served: Desk, person: Person) -> None:
    carol = person("carol")
    lost = lose_answers(carol.page, "ticket.create")
    # A text that is saved as it was sent goes from the form, with its draft.
    cut_off(carol.page, "draft.save")
    carol.page.get_by_role("link", name="New ticket").first.click()
    carol.page.get_by_label("Title").fill("VPN")
    carol.page.get_by_label("Description").fill("It says no.")
    carol.page.get_by_role("button", name="Send ticket").click()
    wait_for(carol.page, lambda: lost, "the answer is lost")
    carol.page.reload()
    carol.page.get_by_label("Description").fill("It says no, and then nothing.")
    with carol.page.expect_response(refused_save):
        reconnect(carol.page)
    carol.page.get_by_role("button", name="Send ticket").click()
    expect(carol.heading("VPN")).to_be_visible()
    # What was added since is not lost: it can be sent as a reply.
    expect(reply_of(carol.page)).to_have_value("It says no, and then nothing.")
    assert len(served.call("bob", "ticket.list")["tickets"]) == 1


def test_a_reply_is_held_when_the_thread_has_moved(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    # Nothing of the other reply reaches the page before the send.
    held = hold(bob.page, "message.reply")
    reply_of(bob.page).fill("Which address?")
    send(bob.page)
    wait_for(bob.page, lambda: held, "the reply is on its way")
    served.call("carol", "message.reply", ticket_id=1, body="It was the cable.")
    held[0].continue_()
    reconnect(bob.page)
    guard = bob.page.get_by_role("alert", name="Not sent yet")
    expect(guard).to_contain_text("It was the cable.")
    expect(reply_of(bob.page)).to_have_value("Which address?")
    assert bodies(served) == ["It was the cable."]
    guard.get_by_role("button", name="Send all the same").click()
    expect(guard).to_have_count(0)
    expect(bob.message("Which address?")).to_have_count(1)
    wait_for(bob.page, lambda: bodies(served) == ["It was the cable.", "Which address?"], "both are there")


def test_a_reply_solves_its_ticket_in_one_call(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    updates = calls_of(bob.page, "ticket.update")
    reply_of(bob.page).fill("It works again.")
    bob.page.get_by_role("button", name="More ways to send").click()
    bob.page.get_by_role("menuitem", name="Send and solve").click()
    wait_for(bob.page, lambda: served.call("bob", "ticket.get", ticket_id=1)["status"] == "solved", "it is solved")
    assert updates == []
    reply_of(bob.page).fill("Do tell us.")
    bob.page.get_by_role("button", name="More ways to send").click()
    expect(bob.page.get_by_role("menuitem").first).to_be_focused()
    bob.page.keyboard.press("ArrowDown")
    bob.page.keyboard.press("Enter")
    wait_for(bob.page, lambda: served.call("bob", "ticket.get", ticket_id=1)["status"] == "waiting", "it waits")
    reply_of(bob.page).fill("Solved again.")
    reply_of(bob.page).press("Control+Shift+Enter")
    wait_for(bob.page, lambda: served.call("bob", "ticket.get", ticket_id=1)["status"] == "solved", "it is solved")


def test_send_and_next_opens_the_ticket_after_it(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Older", body="Text")
    served.call("carol", "ticket.create", title="Look", body="Text")
    bob = open_ticket(served, person)
    reply_of(bob.page).fill("Done here.")
    reply_of(bob.page).press("Control+Alt+Enter")
    expect(bob.heading("Older")).to_be_visible()
    wait_for(bob.page, lambda: bodies(served, 2) == ["Done here."], "it is sent")
