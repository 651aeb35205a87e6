"""Permanent links to messages, and copies of texts and links."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor, expect_copied, go_to, wait_for
from tests.browser.pages_commands import warnings
from tests.browser.pages_thread import ThreadPage, file_long_ticket
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]
REPLIES = 330


def test_a_link_leads_to_a_message_of_long_ago(served: Desk, person: Person) -> None:
    file_long_ticket(served, REPLIES)
    visitor = person("bob")
    bob = ThreadPage(visitor)
    visitor.page.goto(f"http://{served.tcp_of_ui()}/#/tickets/hero_assistance/1/message/20")
    marked = bob.message("This is reply 20.")
    expect(marked).to_be_in_viewport()
    expect(marked).to_have_attribute("aria-current", "location")
    expect(marked).to_be_focused()
    expect(bob.message("This is reply 19.")).to_be_visible()
    # Another one, on the way back to the end.
    go_to(visitor.page, "#/tickets/hero_assistance/1/message/200")
    expect(bob.message("This is reply 200.")).to_be_in_viewport()
    expect(bob.message("This is reply 20.")).to_have_count(0)
    bob.page.get_by_role("button", name="Latest messages").click()
    expect(bob.message(f"This is reply {REPLIES}.")).to_be_in_viewport()


def test_a_link_to_no_message_says_so(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Short", body="Help")
    visitor = person("bob")
    visitor.page.goto(f"http://{served.tcp_of_ui()}/#/tickets/hero_assistance/1/message/99")
    status = visitor.page.get_by_role("status")
    expect(status.filter(has_text="is not on this ticket")).to_have_count(1)
    expect(warnings(visitor)).to_contain_text("is not on this ticket")
    expect(visitor.message("Help")).to_be_visible()


def test_the_text_and_the_link_of_a_message_are_copied(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Copy", body="Help")
    served.call("carol", "message.reply", ticket_id=1, body="It is **broken**.")
    visitor = person("bob", permissions=["clipboard-read", "clipboard-write"])
    bob = ThreadPage(visitor)
    bob.open("Copy")
    bob.act("It is broken.", "Copy text")
    expect(visitor.page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    expect_copied(visitor.page, "It is **broken**.")
    bob.act("It is broken.", "Copy link")
    expect_copied(visitor.page, f"http://{served.tcp_of_ui()}/#/tickets/hero_assistance/1/message/1")


def test_where_no_page_may_copy_the_text_is_shown_selected(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Copy", body="Help me")
    visitor = person("bob")
    bob = ThreadPage(visitor)
    bob.open("Copy")
    # As at an address of the overlay, and in a browser that refuses the older way too.
    visitor.page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false"
    )
    bob.act("Help me", "Copy text")
    field = bob.dialog.get_by_role("textbox")
    expect(field).to_have_value("Help me")
    selected = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    wait_for(visitor.page, lambda: field.evaluate(selected) == "Help me", "the text is selected")
    bob.dialog.get_by_role("button", name="Close").click()
    expect(bob.dialog).to_have_count(0)
