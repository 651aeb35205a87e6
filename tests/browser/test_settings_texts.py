"""Canned replies, macros and saved views at the page: made, changed, shared and deleted."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.axe import find_faults, look_as
from tests.browser.page_object import Visitor
from tests.browser.pages_settings import settings_of
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def test_a_canned_reply_is_written_shared_and_deleted(served: Desk, person: Person) -> None:
    bob, alice = person("bob"), person("alice")
    settings = settings_of(bob, "Canned replies")
    others = settings_of(alice, "Canned replies")
    expect(alice.page.get_by_text("There are none yet.")).to_be_visible()
    bob.page.get_by_role("link", name="New canned reply").click()
    settings.field("Name").fill("Hello")
    settings.field("Text").fill("Dear {{customer.nom}},")
    bob.page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.field("Text")).to_have_attribute("aria-invalid", "true")
    expect(bob.page.get_by_role("alert")).to_contain_text("{{customer.nom}}")
    settings.field("Text").fill("Dear {{customer.name}},")
    bob.page.get_by_role("switch", name="For the whole team").check()
    bob.page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.row("Hello")).to_contain_text("Team")
    # A colleague has it at once.
    expect(others.row("Hello")).to_be_visible()
    settings.row("Hello").get_by_role("link").click()
    settings.confirm("Delete", "Delete this text")
    expect(others.row("Hello")).to_have_count(0)
    assert served.call("alice", "canned_reply.list")["canned_replies"] == []


def test_a_macro_is_put_together_and_says_what_it_does(served: Desk, person: Person) -> None:
    bob = person("bob")
    settings = settings_of(bob, "Macros")
    bob.page.get_by_role("link", name="New macro").click()
    settings.field("Name").fill("Wait for the customer")
    settings.field("Assignee").select_option("me")
    settings.field("Status").select_option("Snoozed")
    settings.field("Snooze for").fill("2")
    settings.field("Priority").select_option("Low")
    settings.field("Add tags").fill("waiting, vpn")
    settings.field("Internal note").fill("Asked again.")
    preview = bob.page.get_by_role("region", name="What it does").get_by_role("listitem")
    expect(preview).to_have_text(
        [
            "Writes a note for the team",
            "Assigns the ticket to who runs it",
            "Snoozes the ticket for 2 days",
            "Sets the priority to Low",
            "Adds the tags waiting and vpn",
        ]
    )
    bob.page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.row("Wait for the customer")).to_contain_text("Snoozes the ticket for 2 days")
    (macro,) = served.call("bob", "macro.list")["macros"]
    assert (macro["assign"], macro["status"], macro["snooze_minutes"]) == ("me", "snoozed", 2880)
    settings.row("Wait for the customer").get_by_role("link").click()
    settings.field("Status").select_option("Solved")
    settings.save()
    (macro,) = served.call("bob", "macro.list")["macros"]
    assert (macro["status"], macro["snooze_minutes"], macro["add_tags"]) == ("solved", None, ["waiting", "vpn"])


def test_a_view_is_saved_and_shared_by_an_admin(served: Desk, person: Person) -> None:
    alice, bob = person("alice"), person("bob")
    settings = settings_of(alice, "Saved views")
    alice.page.get_by_role("link", name="New saved view").click()
    settings.field("Name").fill("VPN")
    settings.field("Filter").fill("status:no")
    alice.page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.field("Filter")).to_have_attribute("aria-invalid", "true")
    settings.field("Filter").fill("tag:vpn")
    alice.page.get_by_role("switch", name="For the whole team").check()
    alice.page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.row("VPN")).to_contain_text("Team")
    theirs = settings_of(bob, "Saved views")
    theirs.row("VPN").get_by_role("link").click()
    expect(bob.page.get_by_text("The team shares this view; admins change it.")).to_be_visible()
    settings.row("VPN").get_by_role("link").click()
    settings.confirm("Delete", "Delete this view")
    assert served.call("bob", "view.list")["saved"] == []


def test_axe_finds_nothing_on_the_editors(person: Person, axe: str) -> None:
    bob = person("bob")
    for page, link in (
        ("Canned replies", "New canned reply"),
        ("Macros", "New macro"),
        ("Saved views", "New saved view"),
    ):
        settings_of(bob, page)
        bob.page.get_by_role("link", name=link).click()
        expect(bob.heading(link)).to_be_visible()
        for theme in ("dark", "light"):
            look_as(bob.page, theme)
            assert find_faults(bob.page, axe) == [], (page, theme)
