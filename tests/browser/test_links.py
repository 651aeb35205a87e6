"""Addresses of the page: links to a view, a ticket and a message, back and forward, and other tabs."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.browser_tabs import expect_live, open_tab
from tests.browser.page_object import Visitor
from tests.browser.router import PREFIX, routed
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]
PROJECT = "hero_assistance"


def test_a_link_names_the_view_and_the_ticket(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Of Bob", body="Text")
    served.call("carol", "ticket.create", title="Of none", body="Text")
    served.call("alice", "ticket.update", ticket_id=1, assignee="bob")
    bob = person("bob")
    bob.page.goto(f"http://{served.tcp_of_ui()}/#/views/mine")
    bob.live()
    expect(bob.ticket("Of Bob")).to_be_visible()
    expect(bob.ticket("Of none")).to_have_count(0)
    bob.ticket("Of Bob").click()
    expect(bob.heading("Of Bob")).to_be_visible()
    assert bob.page.url.endswith(f"/#/views/mine/tickets/{PROJECT}/1")
    other = open_tab(bob, bob.page.url, "bob")
    expect_live(other)
    expect(other.get_by_role("heading", name="Of Bob", level=1)).to_be_visible()
    expect(other.locator(".ticket", has_text="Of Bob")).to_be_visible()
    expect(other.locator(".ticket", has_text="Of none")).to_have_count(0)


def test_a_link_to_a_message_opens_its_ticket(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Linked", body="Text")
    sent = served.call("alice", "message.reply", ticket_id=1, body="This one")
    bob = person("bob")
    bob.page.goto(f"http://{served.tcp_of_ui()}/#/tickets/{PROJECT}/1/message/{sent['message_id']}")
    expect(bob.message("This one")).to_be_visible()


def test_back_and_forward_lead_through_what_was_shown(served: Desk, person: Person) -> None:
    for title in ("First", "Second"):
        served.call("carol", "ticket.create", title=title, body="Text")
    bob = person("bob")
    bob.live()
    for title in ("First", "Second"):
        bob.ticket(title).click()
        expect(bob.heading(title)).to_be_visible()
    bob.page.go_back()
    expect(bob.heading("First")).to_be_visible()
    bob.page.go_back()
    expect(bob.page.get_by_text("Pick a ticket to read it")).to_be_visible()
    bob.page.go_forward()
    expect(bob.heading("First")).to_be_visible()
    assert not bob.was_reloaded


def test_a_ticket_opens_in_a_tab_of_its_own(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Next to it", body="Text")
    bob = person("bob")
    bob.live()
    with bob.page.context.expect_page() as opened:
        bob.ticket("Next to it").click(modifiers=["ControlOrMeta"])
    expect(opened.value.get_by_role("heading", name="Next to it", level=1)).to_be_visible()
    expect(bob.page.get_by_text("Pick a ticket to read it")).to_be_visible()


def test_links_hold_below_a_prefix(served: Desk, visit: Callable[..., Visitor]) -> None:
    served.call("carol", "ticket.create", title="Below", body="Text")
    with routed(served.paths.socket("ui")) as router:
        carol = visit(f"{router}{PREFIX}/#/views/inbox/tickets/{PROJECT}/1")
        carol.live()
        expect(carol.heading("Below")).to_be_visible()
        carol.page.reload()
        expect(carol.heading("Below")).to_be_visible()
        assert carol.page.url.startswith(f"{router}{PREFIX}/#/")
        carol.close()
