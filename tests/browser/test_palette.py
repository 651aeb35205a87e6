"""Ctrl+K runs anything: actions, views, tickets by number or words, people."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import DESK, PHONE, find_faults, look_as
from tests.browser.page_object import Visitor
from tests.browser.pages_commands import open_palette, palette, search
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def fill(served: Desk) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    served.call("dave", "ticket.create", title="A new laptop", body="Mine is old.")


def test_an_action_is_run_by_its_letters(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.ticket("The VPN is down").click()
    expect(bob.heading("The VPN is down")).to_be_visible()
    field = open_palette(bob, "slv")
    expect(palette(bob).get_by_role("option").first).to_contain_text("Solve")
    field.press("Enter")
    expect(palette(bob)).to_have_count(0)
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=1)["status"] == "solved", "it is solved")
    # What was run last comes first.
    open_palette(bob)
    expect(palette(bob).get_by_role("option").first).to_contain_text("Solve")


def test_a_view_a_ticket_and_a_person_are_found(served: Desk, person: Person) -> None:
    fill(served)
    served.call("alice", "view.save", name="Networks", filter="tag:vpn", shared=True)
    bob = person("bob")
    bob.live()
    open_palette(bob, "go my").press("Enter")
    expect(palette(bob)).to_have_count(0)
    expect(bob.page).to_have_url(re.compile("#/views/mine$"))
    open_palette(bob, "#2").press("Enter")
    expect(bob.heading("A new laptop")).to_be_visible()
    open_palette(bob, "vpn dow").press("Enter")
    expect(bob.heading("The VPN is down")).to_be_visible()
    open_palette(bob, "dave")
    expect(palette(bob).get_by_role("option").filter(has_text="Tickets of Dave")).to_be_visible()
    palette(bob).get_by_role("option").filter(has_text="Tickets of Dave").click()
    expect(search(bob).get_by_role("option").filter(has_text="A new laptop")).to_be_visible()
    expect(search(bob).get_by_role("option").filter(has_text="The VPN is down")).to_have_count(0)
    bob.page.keyboard.press("Escape")
    expect(search(bob)).to_have_count(0)
    field = open_palette(bob, "netw")
    expect(palette(bob).get_by_role("option").first).to_contain_text("Networks")
    field.press("Enter")
    expect(bob.page).to_have_url(re.compile("#/views/saved/"))


def test_a_ticket_that_is_not_listed_is_found_by_the_server(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    bob.page.goto(f"http://{served.tcp_of_ui()}/#/views/closed")
    open_palette(bob, "morning")
    expect(palette(bob).get_by_role("option").filter(has_text="The VPN is down")).to_be_visible()


def test_it_opens_from_a_text_and_leaves_the_text_alone(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.ticket("The VPN is down").click()
    reply = bob.page.get_by_label("Reply", exact=True)
    reply.fill("Hello")
    open_palette(bob, "x")
    bob.page.keyboard.press("Escape")
    expect(palette(bob)).to_have_count(0)
    expect(reply).to_be_focused()
    expect(reply).to_have_value("Hello")


def test_a_customer_runs_what_is_theirs(served: Desk, person: Person) -> None:
    fill(served)
    carol = person("carol")
    carol.live()
    field = open_palette(carol)
    expect(palette(carol)).to_contain_text("New ticket")
    for absent in ("Solve", "Assign", "Go to my tickets", "Merge"):
        expect(palette(carol)).not_to_contain_text(absent)
    field.fill("vpn")
    field.press("Enter")
    expect(carol.heading("The VPN is down")).to_be_visible()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_palette_has_no_serious_fault(
    served: Desk, person: Person, axe: str, theme: str, size: dict[str, int]
) -> None:
    fill(served)
    bob = person("bob", viewport=size)
    bob.live()
    open_palette(bob, "ti")
    expect(palette(bob).get_by_role("option").first).to_be_visible()
    look_as(bob.page, theme)
    assert find_faults(bob.page, axe) == []
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
