"""Every view, judged by axe in both themes and at the width of a phone, and used by the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.axe import DESK, PHONE, assert_one_main_and_heading, find_faults, look_as
from tests.browser.page_object import Visitor, go_to
from tests.browser.pages_sign_in import operate
from tests.ui.daemons import Desk, desk, plain_environment

Person = Callable[..., Visitor]

# What stands between a ticket's title and the text of its answer can be reached by Tab, and is not much.
MOST_STOPS = 12


def _fill(served: Desk) -> None:
    served.call("carol", "ticket.create", title="Urgent", body="Text", priority="urgent", tags=["billing"])
    served.call("dave", "ticket.create", title="High", body="", priority="high")
    served.call("dave", "ticket.create", title="Low", body="Text", priority="low")
    served.call("bob", "message.reply", ticket_id=1, body="An answer")
    served.call("bob", "message.note", ticket_id=1, body="A note")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_view_has_a_serious_finding(
    served: Desk, person: Person, axe: str, theme: str, viewport: dict[str, int]
) -> None:
    _fill(served)
    bob = person("bob", viewport=viewport, reduced_motion="reduce")
    bob.live()
    findings: list[str] = []

    def judge(view: str) -> None:
        look_as(bob.page, theme)
        assert_one_main_and_heading(bob.page, view)
        findings.extend(f"{view}: {finding}" for finding in find_faults(bob.page, axe))

    judge("list")
    go_to(bob.page, "#/tickets/hero_assistance/1")
    expect(bob.message("A note")).to_be_visible()
    judge("thread")
    bob.page.get_by_role("button", name="Internal note").click()
    note = bob.page.get_by_label("Internal note: only agents will see this")
    note.fill("Text")
    judge("note")
    note.press_sequentially(" @")
    expect(bob.page.get_by_role("listbox", name="Agents")).to_be_visible()
    judge("agents who are offered")
    note.press("Escape")
    bob.page.locator("input[type=file]").set_input_files(Path(__file__))
    expect(bob.page.get_by_role("list", name="Files to send")).to_be_visible()
    judge("a file to send")
    go_to(bob.page, "#/new")
    expect(bob.heading("New ticket")).to_be_visible()
    bob.page.get_by_role("combobox", name="Customer").fill("dav")
    expect(bob.page.get_by_role("listbox", name="Customers")).to_be_visible()
    judge("form")
    go_to(bob.page, "#/views/mine")
    expect(bob.page.get_by_text("No tickets here")).to_be_visible()
    judge("an empty view")
    bob.page.keyboard.press("?")
    expect(bob.page.get_by_role("dialog", name="Keys")).to_be_visible()
    judge("keys")
    bob.page.keyboard.press("Escape")
    go_to(bob.page, "#/tickets/hero_assistance/999")
    expect(bob.page.get_by_role("alert")).to_be_visible()
    judge("nothing there")
    served.daemons[0].end()
    go_to(bob.page, "#/")
    expect(bob.page.get_by_role("list", name="Projects that do not answer")).to_be_visible()
    judge("server down")
    assert findings == []


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_signing_in_has_no_serious_finding(
    signing_in: Desk, visit: Callable[..., Visitor], axe: str, theme: str, viewport: dict[str, int]
) -> None:
    access = operate(signing_in, "user.add", email="erin@example.org", name="Erin")
    erin = visit(f"http://{signing_in.tcp_of_ui()}/", viewport=viewport, reduced_motion="reduce")
    page = erin.page
    findings: list[str] = []

    def judge(view: str) -> None:
        look_as(page, theme)
        assert_one_main_and_heading(page, view)
        findings.extend(f"{view}: {finding}" for finding in find_faults(page, axe))
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], view

    expect(erin.heading("Sign in")).to_be_visible()
    judge("address")
    page.get_by_label("E-mail address").fill("erin@example.org")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Code of six digits").fill(access["code"])
    judge("code")
    page.get_by_role("button", name="Sign in").click()
    page.locator("summary", has_text="Erin").click()
    judge("menu")
    page.keyboard.press("Escape")
    expect(page.locator("summary", has_text="Erin")).to_be_focused()
    go_to(page, "#/devices")
    expect(page.get_by_role("list", name="Devices")).to_be_visible()
    judge("devices")
    assert findings == []


@pytest.fixture
def signing_in(hero_root: Path) -> Iterator[Desk]:
    """A desk without a proxy that says who is calling."""
    with desk(hero_root, plain_environment(hero_root), "hero") as made:
        made.start_server()
        made.start_ui("--tcp", "127.0.0.1:0")
        yield made


SETTINGS = (
    "profile appearance notifications devices canned-replies macros views people tags project hours mail webhooks data"
)
VIEWS = {
    "#/": "inbox",
    "#/views/mine": "inbox",
    "#/new": "new",
    "#/tickets/hero_assistance/1": "thread",
    "#/devices": "devices",
    "#/stats/": "stats",
    **{f"#/settings/{page}": "settings" for page in SETTINGS.split()},
}


@pytest.mark.parametrize("view", VIEWS)
def test_on_a_phone_nothing_is_wider_than_the_screen(served: Desk, person: Person, view: str) -> None:
    _fill_with_long_words(served)
    alice = person("alice", viewport={"width": 320, "height": 640})
    alice.live()
    go_to(alice.page, view)
    expect(alice.page.locator(f".shell[data-view='{VIEWS[view]}']")).to_be_visible()
    # Before its part is loaded, and what it shows is fetched, nothing can be too wide.
    expect(alice.page.get_by_role("heading", level=1)).to_have_count(1)
    expect(alice.page.locator(".settings-waiting, [aria-busy=true]")).to_have_count(0)
    if VIEWS[view] == "devices":
        expect(alice.page.locator(".sheet section :is(.devices, .gate-lead)").first).to_be_visible()
    assert alice.page.evaluate("document.documentElement.scrollWidth") <= 320


def _fill_with_long_words(served: Desk) -> None:
    served.call("carol", "ticket.create", title="w" * 300, body="w" * 5_000)
    served.call("bob", "ticket.update", ticket_id=1, tags=["t" * 50, "vpn"], assignee="bob", priority="urgent")
    served.call("alice", "view.save", name="w" * 60, filter=f"tag:{'t' * 50}", shared=True)
    served.call("alice", "macro.save", name="w" * 60, reply="w" * 200, status="solved", shared=True)
    served.call("alice", "canned_reply.save", name="w" * 60, body="w" * 200, shared=True)
    served.call("alice", "webhook.create", url=f"https://192.0.2.7/{'w' * 99}", description="w" * 60)


@pytest.mark.parametrize("view", ["#/settings/data", "#/views/closed"])
def test_on_a_phone_the_link_of_the_view_is_in_sight(person: Person, view: str) -> None:
    alice = person("alice", viewport={"width": 320, "height": 640})
    alice.live()
    go_to(alice.page, view)
    link = alice.page.locator(f":is(.settings-nav, .views) a[href='{view}']")
    expect(link).to_have_attribute("aria-current", re.compile("page|true"))
    expect(link).to_be_in_viewport(ratio=1)
    # Where the page begins with the view, its row is drawn once it is known who reads it.
    alice.page.reload()
    alice.live()
    expect(link).to_be_in_viewport(ratio=1)


def test_a_ticket_is_filed_and_answered_by_the_keyboard_alone(person: Person) -> None:
    bob = person("bob")
    bob.live()
    keys = bob.page.keyboard
    bob.page.get_by_role("link", name="New ticket").focus()
    keys.press("Enter")
    expect(bob.page.get_by_label("Title")).to_be_focused()
    keys.type("By keyboard")
    keys.press("Tab")
    keys.type("No mouse here")
    keys.press("Control+Enter")
    expect(bob.heading("By keyboard")).to_be_focused()
    for _ in range(MOST_STOPS):
        keys.press("Tab")
        if bob.page.evaluate("document.activeElement.matches('.composer textarea')"):
            break
    expect(bob.page.get_by_label("Reply", exact=True)).to_be_focused()
    keys.type("Two lines")
    keys.press("Enter")
    keys.type("of text")
    keys.press("Control+Enter")
    expect(bob.message("Two lines")).to_be_visible()
    expect(bob.page.get_by_label("Reply", exact=True)).to_be_focused()
    expect(bob.page.get_by_label("Reply", exact=True)).to_have_value("")


def test_the_first_key_offers_to_skip_the_list(person: Person) -> None:
    bob = person("bob")
    bob.live()
    bob.page.keyboard.press("Tab")
    expect(bob.page.get_by_role("link", name="Skip to the ticket")).to_be_focused()
    bob.page.keyboard.press("Enter")
    expect(bob.page.get_by_role("main")).to_be_focused()
    expect(bob.page.locator(".shell[data-view='inbox']")).to_be_visible()
