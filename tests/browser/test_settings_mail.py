"""Mail at the page: how letters go out, a test letter, and the quarantine."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.browser.pages_settings import settings_of
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def test_a_test_letter_is_sent_and_seen(served: Desk, person: Person) -> None:
    alice = person("alice")
    settings = settings_of(alice, "Mail")
    expect(alice.page.get_by_text("No mail server is set")).to_be_visible()
    settings.field("Address for a test letter").fill("nowhere")
    alice.page.get_by_role("button", name="Send a test letter").click()
    expect(settings.field("Address for a test letter")).to_have_attribute("aria-invalid", "true")
    settings.field("Address for a test letter").fill("alice@example.org")
    alice.page.get_by_role("button", name="Send a test letter").click()
    expect(alice.page.get_by_text("A test letter to alice@example.org is on its way")).to_be_visible()
    eventually(lambda: served.call("alice", "outbox.list", state="done")["deliveries"], "the letter is sent")
    alice.page.get_by_role("radio", name="Sent").check()
    expect(settings.row("alice@example.org")).to_be_visible()


def test_a_quarantined_mail_is_read_and_discarded(served: Desk, person: Person) -> None:
    served.call("alice", "mail.deliver", text="Subject: No sender\r\n\r\nWho am I?\r\n")
    eventually(lambda: served.call("alice", "mail.inbox")["counts"]["quarantined"], "the mail is in the quarantine")
    alice = person("alice")
    settings = settings_of(alice, "Mail")
    mail = settings.row("No sender")
    mail.get_by_role("button", name="Read").click()
    expect(mail.get_by_role("region", name="The mail as it came")).to_contain_text("Who am I?")
    settings.confirm("Discard No sender", "Discard this mail", within=alice.page.locator("main"))
    expect(alice.page.get_by_text("It is empty.")).to_be_visible()
    assert served.call("alice", "mail.inbox")["counts"]["quarantined"] == 0
