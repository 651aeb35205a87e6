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


def test_what_a_webhook_is_sent_is_not_among_the_letters(served: Desk, person: Person) -> None:
    served.call("alice", "webhook.create", url="https://192.0.2.7/desk", description="The chat")
    served.call("carol", "ticket.create", title="The VPN", body="It says no.")

    def channels() -> set[str]:
        listed = served.call("alice", "outbox.list", state="waiting")["deliveries"]
        return {delivery["channel"] for delivery in listed}

    eventually(lambda: channels() == {"webhook"}, "a call waits, and no letter")
    alice = person("alice")
    settings_of(alice, "Mail")
    expect(alice.page.get_by_text("There is nothing.")).to_be_visible()
    expect(alice.page.get_by_role("list", name="On their way")).to_have_count(0)


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
