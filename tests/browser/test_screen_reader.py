"""What a screen reader is told: what changed, once, and not what its user did not ask about."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from playwright.sync_api import Page, expect

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
# Every text that a live region gets, in the order in which it is said.
LISTEN = """() => {
    window.said = [];
    const regions = "[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]";
    const say = (node) => {
        const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
        const region = element?.closest(regions);
        if (region && region.getAttribute("aria-live") !== "off") window.said.push(region.textContent.trim());
    };
    new MutationObserver((changes) => {
        for (const region of new Set(changes.map(({ target }) => target))) say(region);
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""


def said(page: Page, words: str) -> list[str]:
    """What was said so far that has these words."""
    texts: list[str] = page.evaluate("window.said")
    return [text for text in texts if words in text]


def test_a_new_ticket_and_a_reply_are_said_once(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Open here", body="Text")
    bob = person("bob")
    bob.ticket("Open here").click()
    expect(bob.message("Text")).to_be_visible()
    bob.live()
    bob.page.evaluate(LISTEN)
    served.call("dave", "ticket.create", title="From elsewhere", body="Text")
    served.call("carol", "message.reply", ticket_id=1, body="To what is open")
    expect(bob.message("To what is open")).to_be_visible()
    expect(bob.ticket("From elsewhere")).to_be_visible()
    eventually(lambda: said(bob.page, "From elsewhere"), "the new ticket is said")
    # Its user hears what they did last, before that the rest; a second time would be noise.
    served.call("carol", "message.reply", ticket_id=1, body="The last of it")
    expect(bob.message("The last of it")).to_be_visible()
    assert len(said(bob.page, "From elsewhere")) == 1


def test_what_an_agent_sets_is_said(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Open here", body="Text")
    bob = person("bob")
    bob.ticket("Open here").click()
    expect(bob.message("Text")).to_be_visible()
    bob.page.evaluate(LISTEN)
    bob.page.get_by_role("region", name="Messages").focus()
    bob.page.keyboard.press("e")
    eventually(lambda: said(bob.page, "Solve: 1 ticket changed"), "that it is solved is said")


def test_every_control_has_a_name_and_headings_are_in_order(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Open here", body="# A heading\n\n### Another\n\nText")
    bob = person("bob", viewport={"width": 1800, "height": 1000})
    bob.ticket("Open here").click()
    expect(bob.message("A heading")).to_be_visible()
    expect(bob.page.get_by_role("complementary", name="About this ticket")).to_be_visible()
    bob.live()
    levels: list[int] = bob.page.evaluate(
        "[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(each => Number(each.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), levels
    for role in ("button", "link", "combobox", "textbox", "checkbox"):
        expect(bob.page.get_by_role(role, name="", exact=True), role).to_have_count(0)
