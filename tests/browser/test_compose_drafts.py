"""Drafts: what is begun on one screen goes on at another, and nothing that was typed is lost or sent twice."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.browser_tabs import second_tab
from tests.browser.page_object import go_to, wait_for
from tests.browser.pages_compose import (
    Person,
    bodies,
    calls_of,
    cut_off,
    hold,
    note_of,
    open_ticket,
    reconnect,
    reply_of,
    saved,
    send,
)
from tests.browser.pages_files import give, picture
from tests.ui.daemons import Desk, eventually


def test_two_tabs_and_two_devices_see_one_draft(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    tab = second_tab(bob)
    device = open_ticket(served, person)
    reply_of(bob.page).fill("Which address")
    expect(reply_of(tab)).to_have_value("Which address")
    expect(reply_of(device.page)).to_have_value("Which address")
    reply_of(device.page).fill("Which address do you see?")
    expect(reply_of(bob.page)).to_have_value("Which address do you see?")
    expect(reply_of(tab)).to_have_value("Which address do you see?")
    send(tab)
    for page in (bob.page, tab, device.page):
        expect(reply_of(page)).to_have_value("")
    expect(tab.locator(".message[data-pending]")).to_have_count(0)
    assert bodies(served) == ["Which address do you see?"]
    eventually(lambda: served.call("bob", "draft.list")["drafts"] == [], "the draft is gone with it")


def test_a_reply_and_a_note_have_drafts_of_their_own(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    reply_of(bob.page).fill("Dear Carol")
    note_of(bob.page).fill("Does she have the old gateway?")
    saved(served, "Dear Carol")
    saved(served, "Does she have the old gateway?", kind="note")
    device = open_ticket(served, person)
    expect(reply_of(device.page)).to_have_value("Dear Carol")
    expect(note_of(device.page)).to_have_value("Does she have the old gateway?")


def test_a_new_ticket_that_was_begun_goes_on_elsewhere(served: Desk, person: Person) -> None:
    carol, device = person("carol"), person("carol")
    carol.page.get_by_role("link", name="New ticket").first.click()
    carol.page.get_by_label("Title").fill("VPN")
    carol.page.get_by_label("Description").fill("It says no.")
    saved(served, "It says no.", "carol", ticket_id=None)
    device.page.get_by_role("link", name="New ticket").first.click()
    expect(device.page.get_by_label("Title")).to_have_value("VPN")
    expect(device.page.get_by_label("Description")).to_have_value("It says no.")
    device.page.get_by_role("button", name="Send ticket").click()
    expect(device.heading("VPN")).to_be_visible()
    expect(carol.page.get_by_label("Description")).to_have_value("")
    assert len(served.call("bob", "ticket.list")["tickets"]) == 1


def test_two_texts_of_a_new_ticket_are_both_shown(served: Desk, person: Person) -> None:
    carol, device = person("carol"), person("carol")
    for visitor in (carol, device):
        go_to(visitor.page, "#/new")
        expect(visitor.page.get_by_label("Description")).to_be_visible()
    cut_off(carol.page)
    carol.page.get_by_label("Description").fill("Typed on the train")
    device.page.get_by_label("Description").fill("Typed at the desk")
    saved(served, "Typed at the desk", user="carol", ticket_id=None)
    reconnect(carol.page)
    conflict = carol.page.get_by_role("alert", name="Two texts of one draft")
    expect(conflict).to_contain_text("Typed at the desk")
    expect(carol.page.get_by_role("button", name="Send ticket")).to_be_disabled()
    conflict.get_by_role("button", name="Keep both").click()
    expect(carol.page.get_by_label("Description")).to_have_value("Typed at the desk\n\nTyped on the train")


def test_a_save_that_comes_late_does_not_bring_back_what_was_sent(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    held = hold(bob.page, "draft.save")
    reply_of(bob.page).fill("Try again now")
    wait_for(bob.page, lambda: held, "the draft is on its way")
    send(bob.page)
    wait_for(bob.page, lambda: bodies(served) == ["Try again now"], "the reply arrives before it")
    # The server has it before the page is loaded again, which would end a call on its way.
    with bob.page.expect_response(lambda response: held[0].request == response.request):
        held[0].continue_()
    reconnect(bob.page)
    bob.page.reload()
    bob.live()
    expect(reply_of(bob.page)).to_have_value("")
    expect(bob.message("Try again now")).to_have_count(1)
    assert served.call("bob", "draft.list")["drafts"] == []


def test_two_texts_of_one_draft_are_both_shown(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    device = open_ticket(served, person)
    cut_off(bob.page)
    reply_of(bob.page).fill("Typed on the train")
    reply_of(device.page).fill("Typed at the desk")
    saved(served, "Typed at the desk")
    reconnect(bob.page)
    conflict = bob.page.get_by_role("alert", name="Two texts of one draft")
    expect(conflict).to_contain_text("Typed at the desk")
    expect(reply_of(bob.page)).to_have_value("Typed on the train")
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_disabled()
    conflict.get_by_role("button", name="Keep both").click()
    expect(reply_of(bob.page)).to_have_value("Typed at the desk\n\nTyped on the train")
    expect(conflict).to_have_count(0)
    expect(reply_of(device.page)).to_have_value("Typed at the desk\n\nTyped on the train")


def test_what_is_typed_in_an_outage_survives_a_reload_and_reaches_the_other_device(
    served: Desk, person: Person
) -> None:
    bob = open_ticket(served, person)
    served.daemons[0].end()
    tried = calls_of(bob.page, "draft.save")
    reply_of(bob.page).fill("Do not lose me")
    wait_for(bob.page, lambda: tried, "the draft is saved in vain")
    served.start_server()
    bob.page.reload()
    expect(reply_of(bob.page)).to_have_value("Do not lose me")
    saved(served, "Do not lose me")
    device = open_ticket(served, person)
    expect(reply_of(device.page)).to_have_value("Do not lose me")


def test_the_files_of_a_draft_survive_a_reload(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    give(reply_of(bob.page), "drop", "trace.txt", b"10.0.0.7 timed out", "text/plain")
    give(reply_of(bob.page), "paste", "shot.png", picture(40, 30))
    expect(bob.page.get_by_role("progressbar")).to_have_count(0)
    wait_for(
        bob.page,
        lambda: len((served.call("bob", "draft.get", ticket_id=1) or {"attachments": ()})["attachments"]) == 2,
        "two",
    )
    bob.page.reload()
    device = open_ticket(served, person)
    for visitor in (bob, device):
        files = visitor.page.get_by_role("list", name="Files to send").get_by_role("listitem")
        expect(files).to_have_count(2)
    send(device.page)
    expect(device.page.get_by_role("region", name="Messages").get_by_role("link", name="trace.txt")).to_be_visible()
    expect(bob.page.get_by_role("list", name="Files to send")).to_have_count(0)
