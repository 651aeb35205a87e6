"""What users set of themselves at the page: it is saved, shown everywhere, and never lost while it is typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.axe import DESK, PHONE, find_faults, look_as
from tests.browser.page_object import Visitor, go_to
from tests.browser.pages_settings import settings_of
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
PAGES = ("Profile", "Appearance and keys", "Notifications", "Sign-in and devices")


def test_a_name_and_a_signature_are_changed(served: Desk, person: Person) -> None:
    bob = person("bob")
    settings = settings_of(bob, "Profile")
    settings.field("Name").fill("Bob Builder")
    settings.field("Signature").fill("Bob, Support")
    settings.save()
    me = served.call("bob", "user.me")
    assert (me["name"], me["signature"]) == ("Bob Builder", "Bob, Support")


def test_what_the_server_refuses_is_said_at_its_field_and_stays(served: Desk, person: Person) -> None:
    bob = person("bob")
    settings = settings_of(bob, "Profile")
    settings.field("Signature").fill("Bob, Support")
    settings.field("Name").fill("  ")
    bob.page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.field("Name")).to_have_attribute("aria-invalid", "true")
    expect(bob.page.get_by_role("alert")).to_be_visible()
    # What was typed outlives another page, and a reload.
    settings.open("Notifications")
    bob.page.reload()
    settings.open("Profile")
    expect(settings.field("Signature")).to_have_value("Bob, Support")
    bob.page.get_by_role("button", name="Undo changes").click()
    expect(settings.field("Name")).to_have_value("Bob")
    assert served.call("bob", "user.me")["signature"] == ""


def test_a_time_zone_is_chosen_and_another_tab_sees_the_name(served: Desk, person: Person) -> None:
    bob, elsewhere = person("bob"), person("bob")
    settings = settings_of(bob, "Profile")
    other = settings_of(elsewhere, "Profile")
    settings.field("Time zone").select_option("Asia/Tokyo")
    settings.field("Name").fill("Robert")
    settings.save()
    assert served.call("bob", "user.me")["time_zone"] == "Asia/Tokyo"
    expect(other.field("Name")).to_have_value("Robert")


def test_a_language_is_chosen_and_the_page_speaks_it(served: Desk, person: Person) -> None:
    bob = person("bob")
    settings = settings_of(bob, "Profile")
    settings.field("Language").select_option("fr")
    bob.page.get_by_role("button", name="Save", exact=True).click()
    eventually(lambda: served.call("bob", "user.me")["language"] == "fr", "the language is saved")
    expect(bob.page.locator("html")).to_have_attribute("lang", "fr")


def test_a_theme_is_kept_in_this_browser(person: Person) -> None:
    bob = person("bob")
    settings_of(bob, "Appearance and keys")
    bob.page.get_by_role("radio", name="Light").check()
    expect(bob.page.locator("html")).to_have_attribute("data-theme", "light")
    bob.page.reload()
    expect(bob.page.locator("html")).to_have_attribute("data-theme", "light")


def test_keys_are_turned_off_and_shown(person: Person) -> None:
    bob = person("bob")
    settings_of(bob, "Appearance and keys")
    keys = bob.page.get_by_role("switch", name="Single keys do something")
    keys.uncheck()
    bob.page.get_by_role("button", name="Show the keys").click()
    expect(bob.page.get_by_role("dialog")).to_be_visible()
    bob.page.keyboard.press("Escape")
    expect(bob.page.get_by_role("dialog")).to_have_count(0)
    bob.page.reload()
    expect(keys).not_to_be_checked()


def test_how_long_a_reply_can_be_taken_back_is_an_agents_choice(person: Person) -> None:
    bob = person("bob")
    settings_of(bob, "Appearance and keys")
    choice = bob.page.get_by_role("radiogroup", name="Take a reply back")
    choice.get_by_role("radio", name="20 seconds").check()
    bob.page.reload()
    expect(choice.get_by_role("radio", name="20 seconds")).to_be_checked()
    carol = person("carol")
    settings_of(carol, "Appearance and keys")
    expect(carol.page.get_by_role("radiogroup", name="Theme")).to_be_visible()
    expect(carol.page.get_by_role("radiogroup", name="Take a reply back")).to_have_count(0)


def test_letters_and_quiet_hours_are_set(served: Desk, person: Person) -> None:
    bob = person("bob")
    settings = settings_of(bob, "Notifications")
    page = bob.page
    page.get_by_role("switch", name="New tickets").check()
    settings.field("Only new tickets with one of these tags").fill("vpn, Mail")
    page.get_by_role("switch", name="Quiet hours").check()
    settings.field("From").fill("21:30")
    settings.field("Time zone").select_option("Europe/Berlin")
    settings.save()
    found = served.call("bob", "notification.settings")
    assert found["new_ticket_tags"] == ["vpn", "mail"]
    assert (found["quiet_from"], found["quiet_until"], found["time_zone"]) == ("21:30", "07:00", "Europe/Berlin")
    page.get_by_role("switch", name="Quiet hours").uncheck()
    settings.save()
    assert served.call("bob", "notification.settings")["quiet_from"] is None


def test_a_customer_has_pages_of_their_own_alone(served: Desk, person: Person) -> None:
    carol = person("carol")
    settings = settings_of(carol, "Profile")
    listed = carol.page.get_by_role("navigation", name="Settings").get_by_role("link")
    expect(listed).to_have_text(["All tickets", *PAGES])
    expect(settings.field("Name")).to_have_value("Carol")
    expect(settings.field("Signature")).to_have_count(0)
    go_to(carol.page, "#/settings/people")
    expect(carol.page.get_by_text("This page is for admins")).to_be_visible()
    assert served.call("carol", "user.me")["role"] == "customer"


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_the_pages_of_ones_own(person: Person, axe: str, viewport: dict[str, int]) -> None:
    bob = person("bob", viewport=viewport)
    for name in PAGES:
        settings_of(bob, name)
        for theme in ("dark", "light"):
            look_as(bob.page, theme)
            assert find_faults(bob.page, axe) == [], (name, theme)
