"""What opens over the page: the focus goes in, stays in, and comes back; Escape closes what is on top."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.page_object import Visitor
from tests.browser.pages_files import picture, upload
from tests.browser.pages_thread import ThreadPage
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]

PHONE = {"width": 390, "height": 800}
TITLE = "The VPN is down"

_HAS_FOCUS = "dialog => dialog.contains(document.activeElement)"
# Beyond its last control the focus is in the browser's own, and comes back from there: on nothing of the page.
_IS_NOT_BEHIND = "dialog => document.activeElement === document.body || dialog.contains(document.activeElement)"


def _press(key: str) -> Callable[[Visitor, Locator], None]:
    return lambda visitor, _opener: visitor.page.keyboard.press(key)


def _click(_visitor: Visitor, opener: Locator) -> None:
    opener.press("Enter")


# By the name of the dialog: what has the focus before, and what opens it from there.
DIALOGS: dict[str, tuple[Callable[[Visitor], Locator], Callable[[Visitor, Locator], None]]] = {
    "Keys": (lambda visitor: visitor.ticket(TITLE), _press("?")),
    "Run anything": (lambda visitor: visitor.page.get_by_label("Reply", exact=True), _press("Control+k")),
    "Search tickets": (lambda visitor: visitor.ticket(TITLE), _press("/")),
    "Saved views": (lambda visitor: visitor.page.get_by_role("button", name="Edit saved views"), _click),
    "Run a macro": (lambda visitor: visitor.page.get_by_label("Reply", exact=True), _press("Control+m")),
    "What this message said before": (
        lambda visitor: visitor.message("It is the cable.").get_by_role("button", name="edited"),
        _click,
    ),
    "Delete ticket 1 for ever?": (
        lambda visitor: visitor.page.get_by_role("button", name="Delete this ticket…"),
        _click,
    ),
    "Merge ticket 1 with": (lambda visitor: visitor.ticket(TITLE), _press("Shift+M")),
    "shot.png": (lambda visitor: visitor.page.get_by_role("link", name="shot.png"), _click),
}


def _open_ticket(served: Desk, person: Person, **options: object) -> Visitor:
    shot = upload(served, "carol", "shot.png", picture(300, 200))
    served.call("carol", "ticket.create", title=TITLE, body="Since noon.", attachments=[shot])
    written = served.call("alice", "message.reply", ticket_id=1, body="It is the wire.")
    served.call("alice", "message.edit", message_id=written["message_id"], body="It is the cable.")
    served.call("alice", "view.save", name="VPN", filter="tag:vpn")
    alice = person("alice", **options)
    ThreadPage(alice).open(TITLE)
    expect(alice.message("It is the cable.")).to_be_visible()
    alice.live()
    return alice


@pytest.mark.parametrize("name", DIALOGS)
def test_the_focus_goes_in_stays_in_and_comes_back(served: Desk, person: Person, name: str) -> None:
    alice = _open_ticket(served, person, viewport={"width": 1920, "height": 1000})
    find, open_ = DIALOGS[name]
    opener = find(alice)
    opener.focus()
    open_(alice, opener)
    dialog = alice.page.get_by_role("dialog", name=name)
    expect(dialog).to_be_visible()
    assert dialog.evaluate(_HAS_FOCUS)
    for key in ("Tab", "Shift+Tab"):
        for _ in range(12):
            alice.page.keyboard.press(key)
            assert dialog.evaluate(_IS_NOT_BEHIND)
    alice.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_escape_closes_what_is_on_top_alone(served: Desk, person: Person) -> None:
    alice = _open_ticket(served, person, viewport=PHONE)
    details = alice.page.get_by_role("button", name="Details")
    details.focus()
    details.press("Enter")
    sheet = alice.page.get_by_role("dialog", name="About this ticket")
    delete = sheet.get_by_role("button", name="Delete this ticket…")
    delete.focus()
    delete.press("Enter")
    question = alice.page.get_by_role("dialog", name="Delete ticket 1 for ever?")
    expect(question).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(sheet).to_be_visible()
    expect(delete).to_be_focused()
    alice.page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(details).to_be_focused()


def test_a_dialog_that_its_work_closes_gives_the_focus_back(served: Desk, person: Person) -> None:
    served.call("alice", "macro.save", name="Follow it", follow=True)
    alice = _open_ticket(served, person)
    reply = alice.page.get_by_label("Reply", exact=True)
    reply.focus()
    alice.page.keyboard.press("Control+m")
    macros = alice.page.get_by_role("dialog", name="Run a macro")
    run = macros.get_by_role("button", name="Run it")
    expect(run).to_be_enabled()
    run.click()
    expect(macros).to_have_count(0)
    expect(reply).to_be_focused()


def test_a_dialog_of_a_menu_gives_the_focus_back_to_the_menu(served: Desk, person: Person) -> None:
    alice = _open_ticket(served, person)
    more = alice.page.locator(".ticket-menu summary")
    more.focus()
    more.press("Enter")
    alice.page.get_by_role("button", name="Merge with another ticket…").press("Enter")
    merge = alice.page.get_by_role("dialog", name="Merge ticket 1 with")
    expect(merge).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(merge).to_have_count(0)
    expect(more).to_be_focused()
