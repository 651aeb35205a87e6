"""Splitting: messages are chosen in the thread, and become a ticket with a title."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import DESK, PHONE, find_faults, look_as
from tests.browser.page_object import Visitor
from tests.browser.pages_commands import said
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def open_split(served: Desk, person: Person, **options: object) -> tuple[Visitor, Locator]:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    served.call("carol", "message.reply", ticket_id=1, body="And my keyboard is broken.")
    served.call("bob", "message.reply", ticket_id=1, body="Try it again.")
    bob = person("bob", **options)
    bob.ticket("The VPN is down").click()
    bob.page.get_by_text("More", exact=True).click()
    bob.page.get_by_role("button", name="Split messages off").click()
    return bob, bob.page.get_by_role("form", name="Split messages off")


def message_box(visitor: Visitor, text: str) -> Locator:
    return visitor.page.locator(".message").filter(has_text=text).get_by_role("checkbox", name="Split off")


def test_chosen_messages_become_a_ticket(served: Desk, person: Person) -> None:
    bob, split = open_split(served, person)
    button = split.get_by_role("button", name="Split off")
    expect(split.get_by_label("Title of the new ticket")).to_be_focused()
    bob.page.keyboard.type("A new keyboard")
    expect(button).to_be_disabled()
    expect(message_box(bob, "Since this morning.")).to_be_disabled()
    message_box(bob, "And my keyboard is broken.").check()
    expect(split).to_contain_text("1 chosen")
    expect(split).to_contain_text("To undo it, the new ticket is merged back")
    button.click()
    expect(bob.heading("A new keyboard")).to_be_visible()
    expect(bob.message("And my keyboard is broken.")).to_be_visible()
    expect(said(bob)).to_have_text("1 message is ticket 2 now")
    # It says where it came from, and leads there; there the message is gone.
    bob.page.get_by_role("link", name="Split from ticket 1").click()
    expect(bob.heading("The VPN is down")).to_be_visible()
    expect(bob.message("Try it again.")).to_be_visible()
    expect(bob.message("And my keyboard is broken.")).to_have_count(0)
    expect(bob.page.locator(".split-box")).to_have_count(0)


def test_a_choice_is_taken_back(served: Desk, person: Person) -> None:
    bob, split = open_split(served, person)
    expect(split.get_by_label("Title of the new ticket")).to_be_focused()
    message_box(bob, "Try it again.").check()
    bob.page.keyboard.press("Tab")
    split.get_by_label("Title of the new ticket").press("Escape")
    expect(split).to_have_count(0)
    expect(bob.page.locator(".split-box")).to_have_count(0)
    # It begins again by its key, with nothing chosen.
    bob.page.evaluate("document.activeElement.blur()")
    bob.page.keyboard.press("Shift+S")
    expect(split).to_contain_text("0 chosen")
    split.get_by_role("button", name="Cancel").click()
    expect(split).to_have_count(0)


def test_what_is_refused_is_said_and_keeps_the_choice(served: Desk, person: Person) -> None:
    bob, split = open_split(served, person)
    message_box(bob, "And my keyboard is broken.").check()
    split.get_by_label("Title of the new ticket").fill("A new keyboard")
    message = served.call("bob", "message.list", ticket_id=1)["messages"][0]["message_id"]
    served.call("alice", "ticket.split", ticket_id=1, message_ids=[message], title="Alice was first")
    split.get_by_role("button", name="Split off").click()
    expect(split.get_by_role("alert")).to_contain_text("This message is not here")
    expect(split.get_by_label("Title of the new ticket")).to_have_value("A new keyboard")


def test_customers_neither_merge_nor_split(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    carol = person("carol")
    carol.ticket("The VPN is down").click()
    expect(carol.message("Since this morning.")).to_be_visible()
    expect(carol.page.get_by_text("More", exact=True)).to_have_count(0)
    carol.page.keyboard.press("Shift+S")
    carol.page.keyboard.press("Shift+M")
    # A key of everybody's, which is heard after them.
    carol.page.keyboard.press("?")
    expect(carol.page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(carol.page.get_by_role("dialog")).to_have_count(1)
    expect(carol.page.get_by_role("form", name="Split messages off")).to_have_count(0)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_choice_has_no_serious_fault(
    served: Desk, person: Person, axe: str, theme: str, size: dict[str, int]
) -> None:
    bob, split = open_split(served, person, viewport=size)
    message_box(bob, "And my keyboard is broken.").check()
    expect(split).to_contain_text("1 chosen")
    look_as(bob.page, theme)
    assert find_faults(bob.page, axe) == []
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
