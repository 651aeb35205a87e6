"""`@` in a note calls a colleague: offered while it is typed, chosen by key or mouse, shown by name."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.page_object import Visitor, wait_for
from tests.browser.pages_compose import calls_of, hold, reconnect
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def open_note(served: Desk, person: Person) -> tuple[Visitor, Locator]:
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    served.call("alice", "user.enrol", email="erin@example.org", name="Erin Example", role="agent")
    bob = person("bob")
    bob.ticket("The VPN is down").click()
    bob.page.get_by_role("button", name="Internal note").click()
    return bob, bob.page.get_by_label("Internal note: only agents will see this")


def test_a_colleague_is_called_by_the_keyboard(served: Desk, person: Person) -> None:
    bob, note = open_note(served, person)
    note.press_sequentially("Can you look, @e")
    offered = bob.page.get_by_role("listbox", name="Agents").get_by_role("option")
    expect(offered).to_have_count(1)
    expect(offered).to_contain_text("Erin Example")
    note.press("Enter")
    expect(note).to_have_value("Can you look, @erin-example ")
    expect(bob.page.get_by_role("listbox")).to_have_count(0)
    note.press_sequentially("please?")
    note.press("Control+Enter")
    expect(bob.message("Can you look, @Erin Example please?")).to_be_visible()
    eventually(lambda: "erin-example" in served.call("bob", "ticket.get", ticket_id=1)["followers"], "Erin follows it")


def test_a_colleague_is_called_by_the_mouse_and_another_by_the_arrows(served: Desk, person: Person) -> None:
    bob, note = open_note(served, person)
    note.press_sequentially("@")
    listed = bob.page.get_by_role("listbox", name="Agents")
    expect(listed.get_by_role("option")).to_have_count(3)
    listed.get_by_role("option", name="Alice").click()
    expect(note).to_be_focused()
    expect(note).to_have_value("@alice ")
    note.press_sequentially("and @")
    expect(listed.get_by_role("option")).to_have_count(3)
    note.press("ArrowUp")
    note.press("Tab")
    expect(note).to_have_value("@alice and @erin-example ")
    note.press_sequentially("@")
    expect(listed.get_by_role("option")).to_have_count(3)
    note.press("Escape")
    expect(listed).to_have_count(0)


def test_a_key_that_comes_before_the_answer_chooses_from_the_answer(served: Desk, person: Person) -> None:
    """What is offered for fewer letters is not what was meant."""
    bob, note = open_note(served, person)
    note.press_sequentially("Can you look, @")
    offered = bob.page.get_by_role("listbox", name="Agents").get_by_role("option")
    expect(offered).to_have_count(3)
    held = hold(bob.page, "user.mentionable")
    note.press_sequentially("e")
    note.press("Enter")
    wait_for(bob.page, lambda: held, "it is asked who it may be")
    expect(note).to_have_value("Can you look, @e")
    held[0].continue_()
    expect(note).to_have_value("Can you look, @erin-example ")
    expect(offered).to_have_count(0)
    reconnect(bob.page)


def test_neither_who_has_left_nor_a_customer_is_offered(served: Desk, person: Person) -> None:
    bob, note = open_note(served, person)
    served.call("alice", "user.deactivate", user_id="erin-example")
    note.press_sequentially("@")
    listed = bob.page.get_by_role("listbox", name="Agents").get_by_role("option")
    expect(listed).to_have_count(2)
    note.press_sequentially("c")
    expect(listed).to_have_count(0)
    note.press("Control+Enter")
    expect(bob.message("@c")).to_be_visible()


def test_a_reply_calls_no_colleague(served: Desk, person: Person) -> None:
    bob, _note = open_note(served, person)
    bob.page.get_by_role("button", name="Reply to customer").click()
    reply = bob.page.get_by_label("Reply", exact=True)
    asked = calls_of(bob.page, "user.mentionable")
    reply.press_sequentially("@e")
    reply.press("Control+Enter")
    expect(bob.message("@e")).to_be_visible()
    expect(bob.page.get_by_role("listbox")).to_have_count(0)
    assert not [text for text in asked if json.loads(text)["params"]["prefix"] == "e"]
