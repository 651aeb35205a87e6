"""Webhooks at the page: made with a secret that is shown once, tested, turned off, deleted."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.browser.pages_settings import settings_of
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def test_a_webhook_is_made_and_its_secret_is_shown_once(served: Desk, person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "Webhooks")
    page = alice.page
    page.get_by_role("link", name="New webhook").click()
    settings.field("Address").fill("ftp://hooks.example.org/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(settings.field("Address")).to_have_attribute("aria-invalid", "true")
    settings.field("Address").fill("https://192.0.2.7/desk")
    settings.field("What it is for").fill("The chat")
    page.get_by_role("checkbox", name="ticket.created").check()
    page.get_by_role("button", name="Save", exact=True).click()
    secret = settings.field("Secret")
    expect(secret).to_have_value(re.compile("^whsec_"))
    (made,) = served.call("alice", "webhook.list")["webhooks"]
    assert (made["url"], made["kinds"]) == ("https://192.0.2.7/desk", ["ticket.created"])
    settings.open("Webhooks")
    settings.row("The chat").get_by_role("link").click()
    expect(settings.field("Address")).to_have_value("https://192.0.2.7/desk")
    expect(secret).to_have_count(0)


def test_a_webhook_is_tested_turned_off_and_deleted(served: Desk, person: Person) -> None:
    served.call("alice", "webhook.create", url="https://192.0.2.7/desk", description="The chat")
    alice = person("alice")
    settings = settings_of(alice, "Webhooks")
    settings.row("The chat").get_by_role("link").click()
    expect(alice.page.get_by_text("Nothing was sent yet.")).to_be_visible()
    alice.page.get_by_role("button", name="Send a test").click()
    expect(alice.page.get_by_text("It is on its way.")).to_be_visible()
    settings.confirm("Another secret", "Make another secret")
    expect(settings.field("Secret")).to_be_visible()
    settings.confirm("Turn off", "Turn it off")
    expect(alice.page.get_by_text("Nothing is sent: this webhook is off.")).to_be_visible()
    settings.confirm("Turn on", "Turn it on")
    expect(alice.page.get_by_text("Nothing is sent: this webhook is off.")).to_have_count(0)
    settings.confirm("Delete", "Delete this webhook")
    expect(alice.page.get_by_text("There are none.")).to_be_visible()
    assert served.call("alice", "webhook.list")["webhooks"] == []
