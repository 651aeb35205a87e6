"""The life of a saved view: made from what is listed, renamed, moved, shared and deleted."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import find_faults, look_as
from tests.browser.browser_tabs import second_tab
from tests.browser.page_object import ELSEWHERE, Visitor, wait_for
from tests.browser.pages_compose import hold_first
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]


def _views(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Views")


def _names(page: Page) -> list[str]:
    saved = _views(page).get_by_role("link").filter(has=page.locator("xpath=self::*[contains(@href, '/saved/')]"))
    return [text.strip() for text in saved.locator(".view-name").all_inner_texts()]


def _stored_names(served: Desk) -> list[str]:
    return [saved["view"]["name"] for saved in served.call("bob", "view.list")["saved"]]


def _dialog(bob: Visitor) -> Locator:
    return bob.page.get_by_role("dialog")


def _save(bob: Visitor, name: str, words: str = "", shared: bool = False) -> None:
    _views(bob.page).get_by_role("button", name="Save this list as a view").click()
    _dialog(bob).get_by_label("Name").fill(name)
    if words:
        _dialog(bob).get_by_label("Filter").fill(words)
    if shared:
        _dialog(bob).get_by_label("Share it with the team").check()
    _dialog(bob).get_by_role("button", name="Save view").click()


def _fill(served: Desk) -> None:
    served.call("carol", "ticket.create", title="The first", body="Text")
    served.call("dave", "ticket.create", title="The second", body="Text")
    served.call("bob", "ticket.update", ticket_id=2, tags=["vpn"])


def test_a_view_is_made_from_what_is_listed_and_counted_as_it_is_typed(served: Desk, person: Person) -> None:
    _fill(served)
    bob = person("bob")
    bob.live()
    _views(bob.page).get_by_role("link", name="Open").click()
    expect(_views(bob.page).get_by_role("link", name="Open")).to_have_attribute("aria-current", "true")
    _views(bob.page).get_by_role("button", name="Save this list as a view").click()
    dialog = _dialog(bob)
    expect(dialog.get_by_label("Filter")).to_have_value("is:active")
    expect(dialog.get_by_text("It finds 2 tickets now.")).to_be_visible()
    dialog.get_by_label("Name").fill("Networks")
    dialog.get_by_label("Filter").fill("tag:vpn")
    expect(dialog.get_by_text("It finds 1 ticket now.")).to_be_visible()
    dialog.get_by_role("button", name="Save view").click()
    expect(dialog).to_have_count(0)
    expect(bob.page.get_by_role("navigation", name="Tickets").get_by_role("heading")).to_have_text("Networks")
    expect(bob.ticket("The second")).to_be_visible()
    expect(bob.ticket("The first")).to_have_count(0)
    served.call("bob", "ticket.update", ticket_id=1, tags=["vpn"])
    expect(bob.ticket("The first")).to_be_visible()


def test_what_is_wrong_is_said_at_its_field(served: Desk, person: Person) -> None:
    served.call("bob", "view.save", name="Networks", filter="tag:vpn")
    bob = person("bob")
    bob.live()
    _save(bob, "Networks", "tag:net")
    dialog = _dialog(bob)
    name, words = dialog.get_by_label("Name"), dialog.get_by_label("Filter")
    expect(dialog.get_by_text("Networks is taken already")).to_be_visible()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_be_focused()
    name.fill("Others")
    words.fill("status:opened")
    bob.page.keyboard.press("Enter")
    expect(words).to_have_attribute("aria-invalid", "true")
    expect(words).to_be_focused()
    expect(dialog.get_by_role("alert")).to_contain_text("opened")
    words.fill("printer")
    bob.page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("does not look for words such as printer")
    expect(words).to_have_attribute("aria-invalid", "true")
    words.fill("status:open")
    bob.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    eventually(lambda: _names(bob.page) == ["Networks", "Others"], "both views")


def test_views_are_moved_by_the_keyboard_and_keep_their_order_everywhere(served: Desk, person: Person) -> None:
    for name in ("A", "B", "C"):
        served.call("bob", "view.save", name=name, filter="")
    bob = person("bob")
    bob.live()
    bob.page.keyboard.press("Tab")
    tab = second_tab(bob, "bob")
    tab.keyboard.press("Tab")
    eventually(lambda: _names(tab) == ["A", "B", "C"], "the views by name")
    _views(bob.page).get_by_role("button", name="Edit saved views").click()
    up = _dialog(bob).get_by_role("button", name="Move C up")
    up.focus()
    bob.page.keyboard.press("Enter")
    eventually(lambda: _names(bob.page) == ["A", "C", "B"], "C is one further up")
    expect(up).to_be_focused()
    bob.page.keyboard.press("Enter")
    eventually(lambda: _names(bob.page) == ["C", "A", "B"], "C is at the top")
    expect(up).to_be_focused()
    expect(up).to_have_attribute("aria-disabled", "true")
    bob.page.keyboard.press("Escape")
    expect(_dialog(bob)).to_have_count(0)
    eventually(lambda: _names(tab) == ["C", "A", "B"], "the other tab has the order too")
    bob.page.reload()
    bob.live()
    bob.page.keyboard.press("Tab")
    eventually(lambda: _names(bob.page) == ["C", "A", "B"], "the order after a reload")


def test_an_order_that_waits_for_another_one_goes_out_as_the_page_is_left(served: Desk, person: Person) -> None:
    for name in ("A", "B", "C"):
        served.call("bob", "view.save", name=name, filter="")
    bob = person("bob")
    bob.live()
    bob.page.keyboard.press("Tab")
    _views(bob.page).get_by_role("button", name="Edit saved views").click()
    held = hold_first(bob.page, "view.order")
    up = _dialog(bob).get_by_role("button", name="Move C up")
    up.click()
    eventually(lambda: _names(bob.page) == ["A", "C", "B"], "C is one further up")
    up.click()
    eventually(lambda: _names(bob.page) == ["C", "A", "B"], "C is at the top")
    wait_for(bob.page, lambda: len(held) == 1, "the second order waits for the first one")
    bob.page.goto(bob.page.url.partition("#")[0] + ELSEWHERE)
    eventually(lambda: _stored_names(served) == ["C", "A", "B"], "the server has the last order")


def test_a_view_is_renamed_shared_by_an_admin_and_deleted(served: Desk, person: Person) -> None:
    _fill(served)
    alice, bob = person("alice"), person("bob")
    for one in (alice, bob):
        one.live()
        one.page.keyboard.press("Tab")
    _views(bob.page).get_by_role("button", name="Save this list as a view").click()
    expect(_dialog(bob).get_by_label("Name")).to_be_focused()
    expect(_dialog(bob).get_by_label("Share it with the team")).to_have_count(0)
    bob.page.keyboard.press("Escape")
    expect(_dialog(bob)).to_have_count(0)
    _save(alice, "Networks", "tag:vpn", shared=True)
    eventually(lambda: _names(bob.page) == ["Networks"], "the team has the view")
    _views(bob.page).get_by_role("button", name="Edit saved views").click()
    expect(_dialog(bob).get_by_text("shared with the team")).to_be_visible()
    expect(_dialog(bob).get_by_role("button", name="Edit Networks")).to_have_count(0)
    bob.page.keyboard.press("Escape")
    expect(_dialog(bob)).to_have_count(0)
    _views(alice.page).get_by_role("button", name="Edit saved views").click()
    _dialog(alice).get_by_role("button", name="Edit Networks").click()
    _dialog(alice).get_by_label("Name").fill("Tunnels")
    _dialog(alice).get_by_role("button", name="Save view").click()
    eventually(lambda: _names(bob.page) == ["Tunnels"], "the view has its new name")
    _views(bob.page).get_by_role("link", name="Tunnels").click()
    expect(bob.ticket("The second")).to_be_visible()
    _views(alice.page).get_by_role("button", name="Edit saved views").click()
    _dialog(alice).get_by_role("button", name="Edit Tunnels").click()
    _dialog(alice).get_by_role("button", name="Delete").click()
    _dialog(alice).get_by_role("button", name="Delete Tunnels: its tickets stay").click()
    expect(_dialog(alice).get_by_text("There are no saved views yet.")).to_be_visible()
    eventually(lambda: _names(bob.page) == [], "the view is gone")
    expect(bob.page.get_by_text("No tickets here")).to_be_visible()


def test_axe_finds_nothing_in_the_dialog(served: Desk, person: Person, axe: str) -> None:
    for name in ("A", "B"):
        served.call("alice", "view.save", name=name, filter="tag:vpn", shared=True)
    alice = person("alice")
    alice.live()
    alice.page.keyboard.press("Tab")
    for theme in ("dark", "light"):
        _views(alice.page).get_by_role("button", name="Edit saved views").click()
        expect(_dialog(alice).get_by_role("button", name="Edit A")).to_be_visible()
        look_as(alice.page, theme)
        assert find_faults(alice.page, axe) == []
        _dialog(alice).get_by_role("button", name="Edit A").click()
        expect(_dialog(alice).get_by_label("Name")).to_be_focused()
        look_as(alice.page, theme)
        assert find_faults(alice.page, axe) == []
        alice.page.keyboard.press("Escape")
        expect(_dialog(alice)).to_have_count(0)
