"""Help in writing: canned replies, macros, emoji, a preview, and pictures in their place."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import find_faults, look_as
from tests.browser.page_object import wait_for
from tests.browser.pages_compose import Person, bodies, calls_of, note_of, open_ticket, reply_of, send
from tests.browser.pages_files import give, picture
from tests.ui.daemons import Desk

MACRO = {"status": "solved", "add_tags": ["cable"], "note": "by {{agent.name}}", "reply": "Dear {{customer.name}}"}


def test_a_slash_brings_a_canned_reply_filled_in_for_the_ticket(served: Desk, person: Person) -> None:
    served.call("bob", "canned_reply.save", name="Ask for logs", body="Dear {{customer.name}},\nplease send the logs.")
    served.call("alice", "canned_reply.save", name="Bye", body="Bye, {{agent.name}}", shared=True)
    bob = open_ticket(served, person)
    reply = reply_of(bob.page)
    reply.press_sequentially("/lo")
    offers = bob.page.get_by_role("listbox", name="Canned replies")
    expect(offers.get_by_role("option")).to_have_text([re.compile("Ask for logs")])
    reply.press("Enter")
    expect(reply).to_have_value("Dear Carol,\nplease send the logs.")
    reply.press_sequentially(" /etc/hosts and/or ")
    expect(offers).to_have_count(0)
    reply.press_sequentially("/")
    expect(offers.get_by_role("option")).to_have_count(2)
    offers.get_by_role("option").filter(has_text="Bye").click()
    expect(reply).to_have_value("Dear Carol,\nplease send the logs. /etc/hosts and/or Bye, Bob")
    # One that is made meanwhile is offered; the page has heard of it when it has what came after it.
    served.call("bob", "canned_reply.save", name="New one", body="n")
    served.call("carol", "message.reply", ticket_id=1, body="Meanwhile")
    expect(bob.message("Meanwhile")).to_be_visible()
    reply.fill("")
    reply.press_sequentially("/new")
    expect(offers.get_by_role("option")).to_have_count(1)


def test_a_macro_is_seen_before_it_is_run(served: Desk, person: Person) -> None:
    served.call("bob", "macro.save", name="It was the cable", **MACRO)
    served.call("bob", "macro.save", name="Take it", assign="me")
    bob = open_ticket(served, person)
    bob.page.keyboard.press("Control+m")
    dialog = bob.page.get_by_role("dialog", name="Run a macro")
    dialog.get_by_role("combobox", name="Find a macro").fill("cable")
    preview = dialog.get_by_role("region", name="What it changes")
    expect(preview).to_contain_text("New → Solved")
    expect(preview).to_contain_text("cable")
    expect(preview).to_contain_text("by Bob")
    expect(preview).to_contain_text("Dear Carol")
    assert bodies(served) == []
    bob.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(bob.message("Dear Carol")).to_be_visible()
    assert sorted(bodies(served)) == ["Dear Carol", "by Bob"]
    ticket = served.call("bob", "ticket.get", ticket_id=1)
    assert (ticket["status"], ticket["tags"]) == ("solved", ["cable"])


# Types a macro's name, and has the form sent in the same moment, as a quick Enter does.
_TYPE_AND_ENTER = """(field, name) => {
    field.value = name;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    field.form.requestSubmit();
}"""


def test_enter_runs_no_macro_of_the_words_before(served: Desk, person: Person) -> None:
    served.call("bob", "macro.save", name="A", priority="urgent")
    served.call("bob", "macro.save", name="It was the cable", **MACRO)
    bob = open_ticket(served, person)
    bob.page.get_by_role("button", name="Run a macro").click()
    dialog = bob.page.get_by_role("dialog", name="Run a macro")
    preview = dialog.get_by_role("region", name="What it changes")
    expect(preview).to_contain_text("Normal → Urgent")
    field = dialog.get_by_role("combobox", name="Find a macro")
    field.evaluate(_TYPE_AND_ENTER, "cable")
    expect(preview).to_contain_text("New → Solved")
    field.press("Enter")
    expect(dialog).to_have_count(0)
    ticket = served.call("bob", "ticket.get", ticket_id=1)
    assert (ticket["status"], ticket["priority"]) == ("solved", "normal")


def test_a_macro_is_chosen_by_the_arrow_keys_and_may_be_left(served: Desk, person: Person) -> None:
    served.call("bob", "macro.save", name="A", assign="me")
    served.call("bob", "macro.save", name="B", priority="urgent")
    bob = open_ticket(served, person)
    bob.page.get_by_role("button", name="Run a macro").click()
    dialog = bob.page.get_by_role("dialog", name="Run a macro")
    preview = dialog.get_by_role("region", name="What it changes")
    expect(preview).to_contain_text("no agent → Bob")
    bob.page.keyboard.press("ArrowDown")
    expect(preview).to_contain_text("Normal → Urgent")
    bob.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert served.call("bob", "ticket.get", ticket_id=1)["priority"] == "normal"


def test_a_colon_brings_an_emoji(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    reply = reply_of(bob.page)
    reply.press_sequentially("Thanks :smil")
    offers = bob.page.get_by_role("listbox", name="Emoji")
    expect(offers.get_by_role("option").first).to_contain_text(":smile")
    reply.press("Tab")
    expect(reply).to_have_value(re.compile("^Thanks \\W+$"))
    reply.press_sequentially(" at 10:30")
    expect(offers).to_have_count(0)


def test_a_mention_is_offered_in_a_note_and_not_in_a_reply(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    asked = calls_of(bob.page, "user.mentionable")
    reply_of(bob.page).press_sequentially("@al")
    expect(bob.page.get_by_role("listbox")).to_have_count(0)
    note = note_of(bob.page)
    note.press_sequentially("@al")
    expect(bob.page.get_by_role("listbox", name="Agents").get_by_role("option")).to_have_text([re.compile("Alice")])
    note.press("Enter")
    expect(note).to_have_value("@alice ")
    # A list that came late would not have been seen: none was asked for.
    assert [json.loads(text)["params"]["prefix"] for text in asked].count("al") == 1


def test_a_preview_shows_the_text_and_the_form_comes_back(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    reply_of(bob.page).fill("It is **the cable**.")
    toggle = bob.page.get_by_role("button", name="Preview")
    toggle.click()
    expect(bob.page.get_by_role("region", name="Preview")).to_contain_text("the cable")
    expect(reply_of(bob.page)).to_have_count(0)
    toggle.click()
    expect(reply_of(bob.page)).to_have_value("It is **the cable**.")


def test_a_pasted_picture_stands_where_the_caret_is(served: Desk, person: Person) -> None:
    bob = open_ticket(served, person)
    reply = reply_of(bob.page)
    reply.press_sequentially("Look here:")
    give(reply, "paste", "shot.png", picture(40, 30))
    expect(reply).to_have_value("Look here:\n![shot.png](attachment:1)\n")
    files = bob.page.get_by_role("list", name="Files to send").get_by_role("listitem")
    expect(files).to_have_count(1)
    files.get_by_role("button", name="Remove shot.png").click()
    expect(reply).to_have_value("Look here:\n")
    give(reply, "paste", "other.png", picture(40, 30))
    expect(reply).to_have_value(re.compile(r"!\[other.png\]\(attachment:2\)"))
    send(bob.page)
    wait_for(bob.page, lambda: "attachment:2" in "".join(bodies(served)), "it is sent")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_in_what_helps(served: Desk, person: Person, axe: str, theme: str) -> None:
    served.call("bob", "canned_reply.save", name="Ask for logs", body="Dear {{customer.name}}")
    served.call("bob", "macro.save", name="It was the cable", **MACRO)
    bob = open_ticket(served, person)
    look_as(bob.page, theme)
    reply_of(bob.page).press_sequentially("/lo")
    expect(bob.page.get_by_role("listbox", name="Canned replies")).to_be_visible()
    assert find_faults(bob.page, axe) == []
    reply_of(bob.page).press("Enter")
    expect(reply_of(bob.page)).to_have_value("Dear Carol")
    bob.page.get_by_role("button", name="More ways to send").click()
    ways = bob.page.get_by_role("menu", name="More ways to send")
    expect(ways.get_by_role("menuitem").first).to_be_focused()
    assert find_faults(bob.page, axe) == []
    bob.page.keyboard.press("Escape")
    expect(ways).to_have_count(0)
    bob.page.keyboard.press("Control+m")
    expect(bob.page.get_by_role("region", name="What it changes")).to_contain_text("Solved")
    assert find_faults(bob.page, axe) == []
