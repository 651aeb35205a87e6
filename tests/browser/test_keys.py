"""The keys: through the list, into a ticket, to its reply and its panel; never while somebody types."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor, settle
from tests.browser.pages_commands import warnings
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]


def test_a_day_by_the_keys(served: Desk, person: Person) -> None:
    for title in ("First", "Second", "Third"):
        served.call("carol", "ticket.create", title=title, body="Text")
    bob = person("bob")
    bob.live()
    keys = bob.page.keyboard
    keys.press("j")
    expect(bob.ticket("Third")).to_be_focused()
    keys.press("j")
    keys.press("j")
    keys.press("k")
    expect(bob.ticket("Second")).to_be_focused()
    keys.press("o")
    expect(bob.heading("Second")).to_be_focused()
    keys.press("j")
    expect(bob.heading("First")).to_be_focused()
    panel = bob.page.get_by_role("complementary", name="About this ticket")
    for key, control in (("s", "Status"), ("a", "Assignee"), ("l", "Add a tag")):
        keys.press(key)
        expect(panel.get_by_label(control)).to_be_focused()
        bob.page.evaluate("document.activeElement.blur()")
    keys.press("n")
    note = bob.page.get_by_label("Internal note: only agents will see this")
    expect(note).to_be_focused()
    keys.type("jkonasl?")
    expect(note).to_have_value("jkonasl?")
    bob.page.evaluate("document.activeElement.blur()")
    keys.press("r")
    expect(bob.page.get_by_label("Reply", exact=True)).to_be_focused()


def test_the_keys_are_listed_and_turned_off(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="First", body="Text")
    bob = person("bob")
    bob.live()
    keys = bob.page.keyboard
    keys.press("?")
    listed = bob.page.get_by_role("dialog", name="Keys")
    expect(listed).to_contain_text("Next ticket")
    listed.get_by_label("Keys are on").uncheck()
    keys.press("Escape")
    expect(listed).to_have_count(0)
    keys.press("j")
    settle(bob.page)
    expect(bob.ticket("First")).not_to_be_focused()
    bob.page.reload()
    bob.live()
    keys.press("?")
    listed.get_by_label("Keys are on").check()
    listed.get_by_role("button", name="Close").click()
    expect(listed).to_have_count(0)
    bob.page.evaluate("document.activeElement.blur()")
    keys.press("j")
    expect(bob.ticket("First")).to_be_focused()


def test_customers_have_no_keys_of_agents(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="First", body="Text")
    carol = person("carol")
    carol.ticket("First").click()
    expect(carol.heading("First")).to_be_focused()
    carol.page.keyboard.press("?")
    listed = carol.page.get_by_role("dialog", name="Keys")
    expect(listed).to_contain_text("Reply")
    expect(listed).not_to_contain_text("Internal note")
    carol.page.keyboard.press("Escape")
    carol.page.keyboard.press("r")
    expect(carol.page.get_by_label("Reply", exact=True)).to_be_focused()


def test_the_key_that_deletes_says_to_an_agent_why_it_does_not(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="First", body="Text")
    said = "Only admins delete tickets"
    bob = person("bob")
    bob.ticket("First").click()
    expect(bob.heading("First")).to_be_focused()
    bob.page.keyboard.press("#")
    warning = warnings(bob).filter(has_text=said)
    expect(warning).to_be_in_viewport(ratio=1)
    said_at, written_at = warning.bounding_box(), bob.page.locator(".composer").bounding_box()
    assert said_at is not None
    assert written_at is not None
    assert said_at["y"] + said_at["height"] < written_at["y"], "it covers nothing of the form"
    bob.page.keyboard.press("?")
    expect(bob.page.get_by_role("dialog", name="Keys")).to_be_visible()
    alice = person("alice")
    alice.ticket("First").click()
    expect(alice.heading("First")).to_be_focused()
    alice.page.keyboard.press("#")
    expect(alice.page.get_by_role("button", name="Delete for ever")).to_be_visible()
    expect(alice.page.get_by_text(said)).to_have_count(0)
