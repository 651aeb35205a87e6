"""What is opened has the focus as soon as it is drawn: nothing is lost that somebody types or presses at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.browser.pages_compose import open_ticket, reply_of
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]

# Clicks, and says what has the focus in the moment in which what was opened is drawn: before another key is read.
_FOCUSED_ONCE_DRAWN = """([opener, opened]) => new Promise((resolve) => {
    new MutationObserver((_, observer) => {
        const found = document.querySelector(opened);
        if (found === null) return;
        observer.disconnect();
        resolve(document.activeElement === found);
    }).observe(document.body, { childList: true, subtree: true });
    document.querySelector(opener).click();
})"""
# The same for a key that is pressed in that moment.
_KEY_ONCE_DRAWN = """([opener, opened, key]) => new Promise((resolve) => {
    new MutationObserver((_, observer) => {
        if (document.querySelector(opened) === null) return;
        observer.disconnect();
        const pressed = new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true });
        resolve(!document.body.dispatchEvent(pressed));
    }).observe(document.body, { childList: true, subtree: true });
    document.querySelector(opener).click();
})"""


def test_a_ticket_has_the_focus_when_it_is_drawn(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Look", body="Text")
    bob = person("bob")
    bob.live()
    assert bob.page.evaluate(_FOCUSED_ONCE_DRAWN, ["a.ticket", "#thread-title"])


def test_a_key_is_heard_when_a_ticket_is_drawn(served: Desk, person: Person) -> None:
    served.call("bob", "macro.save", name="Take it", assign="me")
    served.call("carol", "ticket.create", title="Look", body="Text")
    bob = person("bob")
    bob.live()
    assert bob.page.evaluate(_KEY_ONCE_DRAWN, ["a.ticket", ".composer textarea", {"key": "m", "ctrlKey": True}])
    expect(bob.page.get_by_role("dialog", name="Run a macro")).to_be_visible()


@pytest.mark.parametrize(
    ("opener", "opened"),
    [
        (".split-more > button", ".split-menu [role=menuitem]"),
        ("[data-message='1'] button[title='Edit']", "[data-message='1'] textarea"),
    ],
    ids=["the ways to send", "a message that is edited"],
)
def test_what_a_button_opens_has_the_focus_when_it_is_drawn(
    served: Desk, person: Person, opener: str, opened: str
) -> None:
    bob = open_ticket(served, person)
    bob.reply("To be edited")
    reply_of(bob.page).fill("To be sent")
    expect(bob.page.locator(opener)).to_be_enabled()
    assert bob.page.evaluate(_FOCUSED_ONCE_DRAWN, [opener, opened])
