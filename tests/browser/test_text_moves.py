"""Texts that their ticket takes no more: they go on elsewhere with their files and their token, and none is lost."""

from __future__ import annotations

import json

from playwright.sync_api import Response, Route, expect

from tests.browser.page_object import Visitor, go_to, wait_for
from tests.browser.pages_compose import (
    Person,
    bodies,
    hold,
    hold_first,
    open_ticket,
    reconnect,
    reply_of,
    saved,
    send,
)
from tests.browser.pages_customer import case
from tests.browser.pages_files import give, picture
from tests.ui.daemons import Desk, eventually


def _open_first_of_two(served: Desk, person: Person) -> Visitor:
    """Bob, with ticket 1 open; ticket 2 is the one that it is merged into."""
    bob = open_ticket(served, person)
    served.call("carol", "ticket.create", title="Other", body="The same again.")
    return bob


def _follow(bob: Visitor) -> None:
    """Go where the merged ticket goes on."""
    bob.page.locator(".thread-merged").get_by_role("link", name="ticket 2").click()
    expect(bob.heading("Other")).to_be_visible()


def _open_closed(served: Desk, person: Person, text: str) -> tuple[Visitor, Visitor]:
    """Carol in two browsers, both with her closed ticket, on which she has begun a reply."""
    carol = open_ticket(served, person, user="carol")
    device = open_ticket(served, person, user="carol")
    reply_of(carol.page).fill(text)
    expect(reply_of(device.page)).to_have_value(text)
    served.call("bob", "ticket.update", ticket_id=1, status="closed")
    for visitor in (carol, device):
        expect(case(visitor)).to_contain_text("This ticket is closed")
    return carol, device


def _begin_anew(carol: Visitor) -> None:
    case(carol).get_by_role("link", name="New ticket").click()


def _is_deletion(response: Response) -> bool:
    made = json.loads(response.request.post_data or "{}") if response.url.endswith("/rpc") else {}
    return bool(made.get("method") == "draft.delete")


def test_a_text_goes_on_with_its_files_where_its_ticket_was_merged(served: Desk, person: Person) -> None:
    bob = _open_first_of_two(served, person)
    give(reply_of(bob.page), "paste", "there.png", picture(40, 30))
    files = bob.page.get_by_role("list", name="Files to send").get_by_role("listitem")
    expect(files).to_have_count(1)
    expect(files.get_by_role("progressbar")).to_have_count(0)
    held: list[Route] = []
    bob.page.route("**/attachments?**", lambda route: held.append(route))
    reply_of(bob.page).fill("See the pictures.")
    give(reply_of(bob.page), "paste", "on its way.png", picture(30, 40))
    wait_for(bob.page, lambda: held, "the second picture is on its way")
    served.call("alice", "ticket.merge", ticket_id=1, into=2)
    _follow(bob)
    expect(reply_of(bob.page)).to_have_value("See the pictures.")
    expect(files).to_have_count(2)
    expect(files.filter(has_text="on its way.png").get_by_role("progressbar")).to_be_visible()
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_disabled()
    held[0].continue_()
    expect(bob.page.get_by_role("button", name="Send reply")).to_be_enabled()
    send(bob.page)
    expect(bob.message("See the pictures.").get_by_role("img")).to_have_count(2)
    eventually(lambda: "See the pictures." in bodies(served, 2), "it is sent on the other ticket")
    eventually(lambda: served.call("bob", "draft.list")["drafts"] == [], "nothing is left of its drafts")


def test_why_a_reply_to_a_merged_ticket_came_back_is_said_until_its_author_goes_on(
    served: Desk, person: Person
) -> None:
    bob = _open_first_of_two(served, person)
    held = hold(bob.page, "message.reply")
    reply_of(bob.page).fill("On it.")
    send(bob.page)
    wait_for(bob.page, lambda: held, "the reply is on its way")
    served.call("alice", "ticket.merge", ticket_id=1, into=2)
    held[0].continue_()
    refusal = bob.page.locator(".thread").get_by_role("alert")
    expect(refusal).to_contain_text("merged")
    _follow(bob)
    expect(reply_of(bob.page)).to_have_value("On it.")
    bob.page.go_back()
    expect(bob.page.locator(".thread-merged")).to_be_visible()
    expect(refusal).to_have_count(0)


def test_what_another_device_writes_at_the_moment_of_the_move_is_kept(served: Desk, person: Person) -> None:
    carol, device = _open_closed(served, person, "It says no again")
    held = hold_first(carol.page, "draft.delete")
    _begin_anew(carol)
    expect(carol.page.get_by_label("Description")).to_have_value("It says no again")
    wait_for(carol.page, lambda: held, "the draft of the closed ticket is being deleted")
    reply_of(device.page).fill("It says no again, and the printer as well.")
    saved(served, "It says no again, and the printer as well.", user="carol")
    with carol.page.expect_response(_is_deletion):
        held[0].continue_()
    saved(served, "It says no again, and the printer as well.", user="carol")
    expect(reply_of(device.page)).to_have_value("It says no again, and the printer as well.")
    # Both devices have it where it is, and both can take it along.
    go_to(carol.page, "#/tickets/hero_assistance/1")
    expect(reply_of(carol.page)).to_have_value("It says no again, and the printer as well.")
    _begin_anew(carol)
    expect(carol.page.get_by_label("Description")).to_have_value("It says no again, and the printer as well.")
    # What was moved is sent with one token, from whichever device.
    eventually(lambda: served.call("carol", "draft.get", ticket_id=1) is None, "nothing is left where it was")


def test_a_new_ticket_that_another_device_is_writing_is_shown_next_to_what_goes_on_as_one(
    served: Desk, person: Person
) -> None:
    carol, device = _open_closed(served, person, "It says no again")
    go_to(device.page, "#/new")
    held = hold(device.page, "draft.save")
    device.page.get_by_label("Description").fill("Typed on the train")
    wait_for(device.page, lambda: held, "the draft is being saved")
    _begin_anew(carol)
    saved(served, "It says no again", user="carol", ticket_id=None)
    held[0].continue_()
    conflict = device.page.get_by_role("alert", name="Two texts of one draft")
    expect(conflict).to_contain_text("It says no again")
    expect(device.page.get_by_label("Description")).to_have_value("Typed on the train")
    reconnect(device.page)
    conflict.get_by_role("button", name="Keep both").click()
    both = "It says no again\n\nTyped on the train"
    expect(device.page.get_by_label("Description")).to_have_value(both)
    expect(carol.page.get_by_label("Description")).to_have_value(both)
