"""What else agents see and do in a ticket's panel: who takes part, who asks, what is promised, linked and rated."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.axe import find_faults, look_as
from tests.browser.page_object import Visitor, go_to
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
TITLE = "The VPN is down"
WIDE = {"width": 1800, "height": 1000}
PHONE = {"width": 390, "height": 800}


def open_ticket(served: Desk, person: Person, user: str = "bob", **options: Any) -> tuple[Visitor, Locator]:
    served.call("carol", "ticket.create", title=TITLE, body="Since this morning.")
    visitor = person(user, **{"viewport": WIDE, **options})
    visitor.ticket(TITLE).click()
    return visitor, visitor.page.get_by_role("complementary", name="About this ticket")


def followers(served: Desk) -> list[str]:
    found: list[str] = served.call("bob", "ticket.get", ticket_id=1)["followers"]
    return found


def is_followed_by(served: Desk, expected: list[str]) -> bool:
    return followers(served) == expected


def test_an_agent_follows_and_unfollows(served: Desk, person: Person) -> None:
    _bob, panel = open_ticket(served, person)
    panel.get_by_role("button", name="Follow", exact=True).click()
    expect(panel.get_by_role("list", name="Followers")).to_contain_text("Bob")
    eventually(lambda: followers(served) == ["bob"], "Bob follows")
    served.call("alice", "ticket.follow", ticket_id=1)
    expect(panel.get_by_role("list", name="Followers")).to_contain_text("Alice")
    panel.get_by_role("button", name="Unfollow").click()
    eventually(lambda: followers(served) == ["alice"], "Bob follows no more")


def test_what_is_refused_is_undone(served: Desk, person: Person) -> None:
    bob, panel = open_ticket(served, person)
    failure = {"code": -32004, "message": "it cannot be followed", "data": {"reason": "conflict"}}

    def refuse(route: Route) -> None:
        if "ticket.follow" in (route.request.post_data or ""):
            route.fulfill(json={"jsonrpc": "2.0", "id": 1, "error": failure})
        else:
            route.continue_()

    bob.page.route("**/rpc", refuse)
    panel.get_by_role("button", name="Follow", exact=True).click()
    expect(panel.get_by_role("alert")).to_contain_text("cannot be followed")
    expect(panel.get_by_role("button", name="Follow", exact=True)).to_be_visible()


def test_an_agent_invites_by_address_and_uninvites(served: Desk, person: Person) -> None:
    _bob, panel = open_ticket(served, person)
    panel.get_by_role("button", name="Invite somebody").click()
    panel.get_by_label("E-mail address of who shall see this ticket").fill("erin@example.org")
    panel.get_by_role("button", name="Invite", exact=True).click()
    expect(panel.get_by_role("list", name="Shared with")).to_contain_text("erin")
    # One label says it.
    expect(panel.get_by_text("Shared with", exact=True)).to_be_hidden()
    panel.get_by_role("button", name="No longer share it with erin").click()
    expect(panel.get_by_role("list", name="Shared with")).to_have_count(0)
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=1)["collaborators"] == [], "nobody is invited")


def test_the_promise_of_a_first_answer_is_counted_down(served: Desk, person: Person) -> None:
    served.call("alice", "project.update", first_response_minutes={"normal": 30})
    _bob, panel = open_ticket(served, person)
    expect(panel.locator("[data-target=soon]")).to_contain_text("minutes left")
    served.call("bob", "message.reply", ticket_id=1, body="We look into it.")
    expect(panel.locator("[data-target=kept]")).to_contain_text("Answered in time")


def test_the_customers_card_says_who_asks(served: Desk, person: Person) -> None:
    served.call(
        "alice", "user.update", user_id="carol", email="carol@example.org", language="fr", time_zone="Asia/Tokyo"
    )
    served.call("carol", "ticket.create", title="An older question", body="b")
    served.call("dave", "ticket.create", title="Somebody else's", body="b")
    _bob, panel = open_ticket(served, person)
    card = panel.get_by_role("region", name="Customer")
    expect(card.get_by_role("link", name="carol@example.org")).to_be_visible()
    expect(card).to_contain_text("French")
    expect(card).to_contain_text("Customer since")
    card.get_by_text("Other tickets").click()
    expect(card.get_by_role("link", name="An older question")).to_be_visible()
    expect(card).not_to_contain_text("Somebody else's")
    card.get_by_text("Devices").click()
    expect(card).to_contain_text("Signed in nowhere now.")
    card.get_by_role("link", name="An older question").click()
    expect(card.get_by_role("link", name="carol@example.org")).to_be_visible()


def test_merged_and_split_tickets_lead_to_each_other(served: Desk, person: Person) -> None:
    bob, panel = open_ticket(served, person)
    served.call("carol", "ticket.create", title="The same again", body="b")
    served.call("carol", "message.reply", ticket_id=1, body="And my keyboard.")
    served.call("bob", "ticket.split", ticket_id=1, message_ids=[1], title="A keyboard")
    served.call("bob", "ticket.merge", ticket_id=2, into=1)
    bob.ticket("A keyboard").click()
    panel.get_by_role("link", name="Split from ticket 1").click()
    expect(bob.heading(TITLE)).to_be_visible()
    go_to(bob.page, "#/tickets/hero_assistance/2")
    expect(panel.get_by_role("link", name="Merged into ticket 1")).to_be_visible()


def test_an_admin_deletes_a_ticket_after_reading_what_goes(served: Desk, person: Person) -> None:
    alice, panel = open_ticket(served, person, "alice")
    served.call("bob", "message.reply", ticket_id=1, body="An answer")
    expect(alice.message("An answer")).to_be_visible()
    panel.get_by_role("button", name="Delete this ticket…").click()
    question = alice.page.get_by_role("dialog", name="Delete ticket 1 for ever?")
    expect(question).to_contain_text("1 message")
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)
    panel.get_by_role("button", name="Delete this ticket…").click()
    expect(question).to_contain_text("cannot be brought back")
    question.get_by_role("button", name="Delete for ever").click()
    expect(alice.ticket(TITLE)).to_have_count(0)
    assert served.call("alice", "ticket.list")["tickets"] == []


def test_an_agent_deletes_nothing(served: Desk, person: Person) -> None:
    _bob, panel = open_ticket(served, person)
    expect(panel.get_by_role("region", name="Customer")).to_be_visible()
    expect(panel.get_by_role("button", name="Delete this ticket…")).to_have_count(0)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_on_a_phone_the_panel_is_a_sheet(served: Desk, person: Person, axe: str, theme: str) -> None:
    phone = {"width": 390, "height": 800}
    alice, panel = open_ticket(served, person, "alice", viewport=phone, reduced_motion="reduce")
    panel.get_by_role("button", name="Details").click()
    sheet = alice.page.get_by_role("dialog", name="About this ticket")
    expect(sheet.get_by_label("Assignee")).to_be_visible()
    look_as(alice.page, theme)
    assert find_faults(alice.page, axe) == []
    sheet.get_by_label("Priority").select_option("Urgent")
    expect(alice.page.locator(".thread-head .priority-urgent")).to_be_visible()
    sheet.get_by_role("button", name="Close").click()
    expect(sheet).to_have_count(0)
    assert alice.page.evaluate("document.documentElement.scrollWidth") <= phone["width"]


def test_where_there_is_room_the_panel_is_a_third_column(served: Desk, person: Person) -> None:
    bob, panel = open_ticket(served, person)
    thread = bob.page.get_by_role("region", name="Messages").bounding_box()
    beside = panel.bounding_box()
    assert thread is not None
    assert beside is not None
    assert beside["x"] >= thread["x"] + thread["width"] - 1
    bob.page.set_viewport_size({"width": 1280, "height": 800})
    panel.get_by_role("button", name="More").click()
    expect(panel.get_by_role("region", name="Customer")).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, {"width": 1280, "height": 800}, PHONE])
def test_a_key_reaches_what_the_panel_holds_back(served: Desk, person: Person, viewport: Any) -> None:
    alice, panel = open_ticket(served, person, "alice", viewport=viewport, reduced_motion="reduce")
    expect(panel).to_be_visible()
    alice.page.keyboard.press("#")
    question = alice.page.get_by_role("dialog", name="Delete ticket 1 for ever?")
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)
    if viewport == PHONE:
        alice.page.get_by_role("dialog", name="About this ticket").get_by_role("button", name="Close").click()
    alice.page.keyboard.press("p")
    expect(panel.get_by_label("Priority")).to_be_focused()


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_who_takes_part_is_changed_by_one_key(served: Desk, person: Person, viewport: Any) -> None:
    bob, panel = open_ticket(served, person, viewport=viewport, reduced_motion="reduce")
    expect(panel).to_be_visible()
    nobody: list[str] = []
    for expected in (["bob"], nobody):
        bob.page.keyboard.press("f")
        eventually(partial(is_followed_by, served, expected), f"{expected} follow")
        if viewport == PHONE:
            bob.page.get_by_role("dialog", name="About this ticket").get_by_role("button", name="Close").click()
        bob.page.evaluate("document.activeElement.blur()")
    bob.page.keyboard.press("v")
    address = bob.page.get_by_label("E-mail address of who shall see this ticket")
    expect(address).to_be_focused()
    bob.page.keyboard.type("erin@example.org")
    bob.page.keyboard.press("Enter")
    expect(bob.page.get_by_role("list", name="Shared with")).to_contain_text("erin")


# What was open over the thread is drawn until the browser says that it was closed.
_CLOSE_AND_PRESS = """() => {
    document.querySelector("dialog[open]").close();
    const pressed = new KeyboardEvent("keydown", { key: "p", code: "KeyP", bubbles: true, cancelable: true });
    document.body.dispatchEvent(pressed);
}"""


def test_a_key_that_is_pressed_as_the_panel_closes_opens_it_again(served: Desk, person: Person) -> None:
    alice, panel = open_ticket(served, person, "alice", viewport=PHONE)
    panel.get_by_role("button", name="Details").click()
    expect(panel.get_by_label("Priority")).to_be_visible()
    alice.page.evaluate(_CLOSE_AND_PRESS)
    expect(panel.get_by_label("Priority")).to_be_focused()


def test_no_key_does_anything_while_the_panel_is_open_over_the_thread(served: Desk, person: Person) -> None:
    alice, panel = open_ticket(served, person, "alice", viewport=PHONE)
    panel.get_by_role("button", name="Details").click()
    sheet = alice.page.get_by_role("dialog", name="About this ticket")
    sheet.get_by_role("button", name="Close").focus()
    for key in "eig":
        alice.page.keyboard.press(key)
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="Close").click()
    alice.page.keyboard.press("/")
    alice.page.keyboard.press("e")
    search = alice.page.get_by_role("dialog", name="Search")
    expect(search).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(search).to_have_count(0)
    panel.get_by_role("button", name="Details").click()
    # Changes of a ticket are sent one after the other: this one after any that a key has made.
    sheet.get_by_label("Priority").select_option("Urgent")
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=1)["priority"] == "urgent", "the last change is made")
    ticket = served.call("bob", "ticket.get", ticket_id=1)
    assert (ticket["status"], ticket["assignee"]) == ("new", None)


def test_a_key_leads_to_the_text_behind_its_preview(served: Desk, person: Person) -> None:
    bob, panel = open_ticket(served, person)
    expect(panel).to_be_visible()
    field = bob.page.locator(".composer textarea")
    field.fill("**Well**")
    bob.page.get_by_role("button", name="Preview").click()
    expect(field).to_have_count(0)
    bob.page.get_by_role("article").first.focus()
    bob.page.keyboard.press("r")
    expect(field).to_be_focused()
    expect(field).to_have_value("**Well**")
