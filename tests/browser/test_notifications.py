"""News by desktop and sound: asked for, never of one's own doing, once for all tabs; the tab's title and icon."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.page_object import Visitor
from tests.browser.pages_settings import settings_of
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
ONE, TWO, MANY = (re.compile(f"unread_{count}-") for count in ("1", "2", "many"))

# What the browser was asked to show and to play, in a list that the tests read.
RECORD = """
window.told = [];
window.Notification = class {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, options) { window.told.push(`${title}: ${options.body}`); window.lastNotification = this; }
  close() {}
};
window.played = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.played += 1; return start.apply(this, when); };
"""

# How wide a picture is that a page loads.
_WIDTH = """async address => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  return picture.naturalWidth;
}"""
# The address of the part that tells; nothing until it is there.
PART = """performance.getEntriesByType("resource").map(({ name }) => name)
  .find((name) => name.includes("notifications_part"))"""
# The timers of `news_burst.ts`, for what comes at once, and of `news_claims.ts`, for the bids of other tabs.
TIMERS_MS = [150, 200]
SETTLE = """async ([part, timers]) => {
  await import(part);
  for (const ms of timers) await new Promise((done) => setTimeout(done, ms));
}"""


@pytest.fixture
def recorded(person: Person) -> Callable[..., Visitor]:
    """Open the page of a demo user in a browser that records what it tells."""

    def open_page(user: str) -> Visitor:
        visitor = person(user)
        visitor.page.add_init_script(RECORD)
        visitor.page.reload()
        visitor.live()
        return visitor

    return open_page


def told(page: Page) -> list[str]:
    found: list[str] = page.evaluate("window.told")
    return found


def settle_news(tab: Page) -> None:
    """Wait until a tab has told what it tells of all that it lists: its timers end in the order in which they began."""
    part = eventually(lambda: tab.evaluate(PART), "the part that tells is there")
    tab.evaluate(SETTLE, [part, TIMERS_MS])


def turn_on(visitor: Visitor, *ways: str) -> None:
    settings_of(visitor, "Notifications")
    for way in ways:
        visitor.page.get_by_role("switch", name=way).check()
    visitor.page.get_by_role("link", name="All tickets").first.click()


def test_nothing_is_told_until_it_is_asked_for(served: Desk, recorded: Callable[..., Visitor]) -> None:
    bob = recorded("bob")
    settings_of(bob, "Notifications")
    for way in ("Desktop notifications", "A sound"):
        expect(bob.page.get_by_role("switch", name=way)).not_to_be_checked()
    served.call("carol", "ticket.create", title="The VPN is down", body="b")
    expect(bob.page).to_have_title("(1) Support")
    # One that is asked for marks the end of those that were not.
    bob.page.get_by_role("switch", name="Desktop notifications").check()
    served.call("carol", "ticket.create", title="Another one", body="b")
    eventually(lambda: told(bob.page), "the last one is told")
    assert (told(bob.page), bob.page.evaluate("window.played")) == (["New ticket from Carol: Another one"], 0)


def test_a_new_ticket_a_reply_and_a_mention_are_told(served: Desk, recorded: Callable[..., Visitor]) -> None:
    bob = recorded("bob")
    turn_on(bob, "Desktop notifications", "A sound")
    served.call("carol", "ticket.create", title="The VPN is down", body="Since this morning.")
    eventually(lambda: told(bob.page) == ["New ticket from Carol: The VPN is down"], "the ticket is told")
    assert bob.page.evaluate("window.played") >= 2
    served.call("alice", "message.note", ticket_id=1, body="Can you look, @bob?")
    eventually(
        lambda: told(bob.page)[1:] == ["Alice mentions you on The VPN is down: Can you look, @bob?"], "a mention"
    )
    served.call("carol", "message.reply", ticket_id=1, body="It is still down.")
    eventually(lambda: told(bob.page)[2:] == ["Carol answered The VPN is down: It is still down."], "a reply")
    # The notification leads to its ticket.
    bob.page.evaluate("window.lastNotification.onclick()")
    expect(bob.heading("The VPN is down")).to_be_visible()


def test_where_no_browser_has_them_the_desktop_is_not_offered(recorded: Callable[..., Visitor]) -> None:
    """An overlay address is no secure context."""
    bob = recorded("bob")
    bob.page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    bob.page.reload()
    bob.live()
    settings_of(bob, "Notifications")
    expect(bob.page.get_by_role("switch", name="Desktop notifications")).to_be_disabled()
    expect(bob.page.get_by_text("where the page is opened with https")).to_be_visible()
    expect(bob.page.get_by_role("switch", name="A sound")).to_be_enabled()


def test_ones_own_doing_and_what_is_looked_at_are_not_told(served: Desk, recorded: Callable[..., Visitor]) -> None:
    bob = recorded("bob")
    turn_on(bob, "Desktop notifications")
    served.call("bob", "ticket.create", title="For Carol", body="b", customer="carol")
    bob.ticket("For Carol").click()
    served.call("bob", "message.reply", ticket_id=1, body="From another device")
    expect(bob.message("From another device")).to_be_visible()
    served.call("carol", "message.reply", ticket_id=1, body="Seen at once")
    expect(bob.message("Seen at once")).to_be_visible()
    # One that is told marks the end.
    served.call("carol", "ticket.create", title="The end", body="b")
    eventually(lambda: told(bob.page), "the last one is told")
    assert told(bob.page) == ["New ticket from Carol: The end"]


def test_of_three_tabs_one_tells(served: Desk, recorded: Callable[..., Visitor]) -> None:
    bob = recorded("bob")
    turn_on(bob, "Desktop notifications")
    tabs = [bob.page]
    for _ in range(2):
        tab = bob.page.context.new_page()
        tab.add_init_script("sessionStorage.setItem('hero_assistance.demo_user', 'bob');" + RECORD)
        tab.goto(bob.page.url)
        expect(tab.locator(".connection")).to_have_text("Live")
        tabs.append(tab)
    for number in range(3):
        served.call("carol", "ticket.create", title=f"Ticket {number}", body="b")
    eventually(lambda: sum(len(told(tab)) for tab in tabs) >= 3, "each is told")
    for tab in tabs:
        expect(tab.get_by_role("link", name="Ticket 2")).to_be_visible()
        settle_news(tab)
    every = [line for tab in tabs for line in told(tab)]
    assert sorted(every) == [
        "New ticket from Carol: Ticket 0",
        "New ticket from Carol: Ticket 1",
        "New ticket from Carol: Ticket 2",
    ]


def test_the_tab_says_which_ticket_is_open_and_that_there_is_news(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="The VPN is down", body="b")
    bob = person("bob")
    icon = bob.page.locator("link[rel~=icon]")
    plain = icon.get_attribute("href")
    bob.ticket("The VPN is down").click()
    expect(bob.page).to_have_title("The VPN is down · Support")
    served.call("carol", "ticket.create", title="Another one", body="b")
    expect(bob.page).to_have_title("(1) The VPN is down · Support")
    expect(icon).to_have_attribute("href", ONE)
    served.call("carol", "ticket.create", title="A third", body="b")
    expect(bob.page).to_have_title("(2) The VPN is down · Support")
    expect(icon).to_have_attribute("href", TWO)
    # It is a picture, and the page may load it.
    address = bob.page.evaluate("document.querySelector('link[rel~=icon]').href")
    assert bob.page.evaluate(_WIDTH, address) > 0
    for number in range(9):
        served.call("carol", "ticket.create", title=f"One more, {number}", body="b")
    expect(bob.page).to_have_title("(11) The VPN is down · Support")
    expect(icon).to_have_attribute("href", MANY)
    for title in ("A third", "Another one", *(f"One more, {number}" for number in range(9))):
        bob.ticket(title).click()
        expect(bob.page).to_have_title(re.compile(f"{title} · Support$"))
    expect(bob.page).to_have_title("One more, 8 · Support")
    assert (icon.get_attribute("href") or "").endswith((plain or "?").rpartition("/")[2])
