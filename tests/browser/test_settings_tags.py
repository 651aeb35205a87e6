"""Tags at the page: renamed, made one, and shown in a colour."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.axe import find_faults, look_as
from tests.browser.page_object import Visitor
from tests.browser.pages_settings import settings_of
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]
COLOURS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink")


def test_a_tag_is_renamed_and_another_is_merged_into_it(served: Desk, person: Person) -> None:
    for number, tags in enumerate((["vpn", "net"], ["vpn"], ["net"]), 1):
        served.call("carol", "ticket.create", title="t", body="b")
        served.call("bob", "ticket.update", ticket_id=number, tags=tags)
    alice = person("alice")
    settings = settings_of(alice, "Tags")
    settings.row("vpn").get_by_role("button", name="Rename").click()
    name = settings.field("New name of vpn")
    name.fill("gateway")
    expect(settings.row("vpn")).to_contain_text("2 tickets change.")
    settings.row("vpn").get_by_role("button", name="Rename it").click()
    expect(alice.page.get_by_text("2 tickets have the tag gateway now.")).to_be_visible()
    settings.row("net").get_by_role("button", name="Rename").click()
    settings.field("New name of net").fill("Gateway")
    expect(settings.row("net")).to_contain_text("the two are one then")
    settings.row("net").get_by_role("button", name="Merge them").click()
    expect(settings.row("net")).to_have_count(0)
    expect(settings.row("gateway")).to_contain_text("3 tickets")
    assert served.call("bob", "ticket.get", ticket_id=1)["tags"] == ["gateway"]


def test_a_colour_is_shown_at_a_ticket_at_once(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="b")
    served.call("bob", "ticket.update", ticket_id=1, tags=["vpn"])
    bob, alice = person("bob"), person("alice")
    bob.ticket("The VPN is down").click()
    tag = bob.page.locator(".panel .tag", has_text="vpn")
    expect(tag).to_be_visible()
    settings = settings_of(alice, "Tags")
    settings.field("Colour of vpn").select_option("Red")
    expect(tag).to_have_class("chip tag tag-red")
    settings.field("Colour of vpn").select_option("No colour")
    expect(tag).to_have_class("chip tag")


def test_every_colour_can_be_read_in_both_themes(served: Desk, person: Person, axe: str) -> None:
    served.call("carol", "ticket.create", title="t", body="b")
    served.call("bob", "ticket.update", ticket_id=1, tags=list(COLOURS))
    for colour in COLOURS:
        served.call("alice", "tag.set_colour", tag=colour, colour=colour)
    alice = person("alice")
    settings = settings_of(alice, "Tags")
    expect(settings.row("teal").locator(".tag-teal")).to_be_visible()
    for theme in ("dark", "light"):
        look_as(alice.page, theme)
        assert find_faults(alice.page, axe) == [], theme
