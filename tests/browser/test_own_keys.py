"""A user's own keys: changed, refused where another action has one, reset, and kept in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.browser.page_object import Visitor
from tests.browser.pages_commands import change_keys, said, search, selected
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def fill(served: Desk) -> None:
    for title in ("First", "Second", "Third"):
        served.call("carol", "ticket.create", title=title, body="Text")


def entry(listed: Locator, words: str) -> Locator:
    """What the list of the keys has of an action."""
    return listed.locator(".key-help-entry").filter(has=listed.page.get_by_text(words, exact=True))


def test_an_action_gets_another_key_and_keeps_it(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    listed = change_keys(bob)
    listed.get_by_role("button", name="Change Next ticket").click()
    bob.page.keyboard.press("h")
    expect(listed.get_by_role("button", name="Reset Next ticket")).to_be_visible()
    bob.page.keyboard.press("Escape")
    bob.page.reload()
    bob.live()
    bob.page.keyboard.press("j")
    expect(bob.ticket("Third")).not_to_be_focused()
    bob.page.keyboard.press("h")
    expect(bob.ticket("Third")).to_be_focused()
    listed = change_keys(bob)
    listed.get_by_role("button", name="Reset Next ticket").click()
    listed.get_by_role("button", name="Close", exact=True).click()
    bob.page.evaluate("document.activeElement.blur()")
    bob.page.keyboard.press("j")
    expect(bob.ticket("Third")).to_be_focused()


def test_a_key_that_another_action_has_is_said_and_taken_on_request(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    listed = change_keys(bob)
    listed.get_by_role("button", name="Change Search").click()
    bob.page.keyboard.press("j")
    expect(listed.get_by_role("alert")).to_contain_text("is the key of “Next ticket”")
    listed.get_by_role("button", name="Use it here").click()
    expect(entry(listed, "Next ticket")).to_contain_text("no key")
    listed.get_by_role("button", name="Close", exact=True).click()
    bob.page.keyboard.press("j")
    expect(search(bob)).to_be_visible()
    bob.page.keyboard.press("Escape")
    expect(search(bob)).to_have_count(0)
    listed = change_keys(bob)
    listed.get_by_role("button", name="Reset all").click()
    expect(entry(listed, "Next ticket").locator("kbd")).to_have_text("j")


# A user who is faster than the pictures of a busy machine.
_CLICK_AND_PRESS = """async (button) => {
    button.click();
    await new Promise((done) => setTimeout(done, 0));
    const pressed = new KeyboardEvent("keydown", { key: "j", code: "KeyJ", bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(pressed);
}"""


def test_a_key_that_is_pressed_at_once_is_the_new_one(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    listed = change_keys(bob)
    # No picture is drawn meanwhile, as where the processors are taken.
    bob.page.evaluate("() => { window.requestAnimationFrame = (draw) => setTimeout(draw, 1000); }")
    listed.get_by_role("button", name="Change Search").evaluate(_CLICK_AND_PRESS)
    expect(listed.get_by_role("alert")).to_contain_text("is the key of “Next ticket”")


# The browser says after a while that the dialog is closed, and moves the focus out of it with the next picture.
_CLOSE_AND_PRESS = """() => {
    document.querySelector("dialog[open]").close();
    const pressed = new KeyboardEvent("keydown", { key: "?", code: "Slash", bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(pressed);
}"""


def test_a_key_that_is_pressed_as_the_search_closes_is_for_the_page(served: Desk, person: Person) -> None:
    bob = person("bob")
    bob.live()
    bob.page.keyboard.press("/")
    expect(search(bob).get_by_role("combobox")).to_be_focused()
    # The search takes a key, and those that follow are not for a text that is yet to come.
    bob.page.keyboard.press("ArrowDown")
    bob.page.evaluate(_CLOSE_AND_PRESS)
    expect(bob.page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(search(bob)).to_have_count(0)


def test_two_keys_one_after_another_and_keys_that_cannot_be_given(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    listed = change_keys(bob)
    listed.get_by_role("button", name="Change Search").click()
    bob.page.keyboard.press("Enter")
    expect(listed.get_by_role("button", name="Enter has a use of its own")).to_be_visible()
    bob.page.keyboard.press("y")
    bob.page.keyboard.press("s")
    listed.get_by_role("button", name="Close", exact=True).click()
    bob.page.keyboard.press("y")
    bob.page.keyboard.press("s")
    expect(search(bob)).to_be_visible()


def test_keys_lead_to_the_views_and_back(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    keys = bob.page.keyboard
    for key, view in (("u", "unassigned"), ("m", "mine"), ("c", "closed"), ("a", "inbox")):
        keys.press("g")
        keys.press(key)
        expect(bob.page).to_have_url(re.compile(f"#/views/{view}$"))
    expect(bob.ticket("Third")).to_be_visible()
    keys.press("j")
    keys.press("o")
    expect(bob.heading("Third")).to_be_focused()
    keys.press("u")
    expect(bob.page).to_have_url(re.compile("#/$"))
    keys.press("c")
    expect(bob.page.get_by_label("Title")).to_be_visible()


def test_a_key_that_changes_a_ticket_says_so_and_is_undone(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    keys = bob.page.keyboard
    keys.press("j")
    keys.press("i")
    expect(said(bob)).to_have_text("Take it: 1 ticket changed")
    assert served.call("bob", "ticket.get", ticket_id=3)["assignee"] == "bob"
    keys.press("e")
    expect(said(bob)).to_have_text("Solve: 1 ticket changed")
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=3)["status"] == "solved", "it is solved")
    keys.press("z")
    expect(said(bob)).to_have_text("Undone")
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=3)["status"] == "open", "it is open")


def test_keys_select_and_lead_to_the_bar(served: Desk, person: Person) -> None:
    fill(served)
    bob = person("bob")
    bob.live()
    keys = bob.page.keyboard
    keys.press("j")
    keys.press("x")
    keys.press("Shift+j")
    expect(selected(bob)).to_have_count(2)
    keys.press("p")
    expect(
        bob.page.get_by_role("region", name="Selected tickets").get_by_role("combobox", name="Priority")
    ).to_be_focused()
    bob.page.evaluate("document.activeElement.blur()")
    keys.press("Escape")
    expect(selected(bob)).to_have_count(0)
    keys.press("*")
    keys.press("a")
    expect(selected(bob)).to_have_count(3)


def test_letters_that_follow_a_key_at_once_are_no_keys(served: Desk, person: Person) -> None:
    """Typed before the reply has the focus, they would solve the ticket."""
    fill(served)
    bob = person("bob", viewport={"width": 1800, "height": 1000})
    bob.ticket("Third").click()
    expect(bob.heading("Third")).to_be_focused()
    bob.page.evaluate(
        """for (const key of ['r', 'e', 'x']) {
            document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        }"""
    )
    expect(bob.page.get_by_label("Reply", exact=True)).to_be_focused()
    expect(selected(bob)).to_have_count(0)
    # Changes of a ticket are sent one after the other: this one after any that a key has made.
    bob.page.get_by_role("complementary", name="About this ticket").get_by_label("Priority").select_option("Urgent")
    eventually(lambda: served.call("bob", "ticket.get", ticket_id=3)["priority"] == "urgent", "the last change is made")
    assert served.call("bob", "ticket.get", ticket_id=3)["status"] == "new"
