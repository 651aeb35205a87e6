"""Without a server: what was open can be read, and what is sent waits visibly and goes once."""

from __future__ import annotations

import signal
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.browser_tabs import expect_live
from tests.browser.page_object import Visitor
from tests.browser.pages_sign_in import deactivate, menu, sign_in
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
SILENT = "Projects that do not answer"
RECORDS = """async () => {
  const texts = [];
  for (const {name} of await indexedDB.databases()) {
    const database = await new Promise((done) => {
      indexedDB.open(name).onsuccess = ({target}) => done(target.result);
    });
    const records = database.transaction('records').objectStore('records').getAll();
    texts.push(JSON.stringify(await new Promise((done) => { records.onsuccess = () => done(records.result); })));
    database.close();
  }
  return texts.join();
}"""


def _kept(page: Page) -> str:
    """All that the browser keeps for the page."""
    return str(page.evaluate(RECORDS))


def _wait_until_kept(page: Page, text: str) -> None:
    eventually(lambda: text in _kept(page), f"the browser keeps {text!r}")


def _wait_until_gone(page: Page, text: str) -> None:
    eventually(lambda: text not in _kept(page), f"the browser keeps nothing of {text!r}")


def test_what_was_open_can_be_read_without_the_server(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Seen before", body="The text of it")
    served.call("alice", "message.reply", ticket_id=1, body="The answer to it")
    served.call("carol", "ticket.create", title="Never opened", body="Unknown")
    bob = person("bob")
    bob.live()
    bob.ticket("Seen before").click()
    expect(bob.message("The answer to it")).to_be_visible()
    # The list and the thread are kept one after the other.
    for text in ("The answer to it", "The text of it", "Never opened"):
        _wait_until_kept(bob.page, text)
    served.daemons[0].end(signal.SIGKILL)
    bob.page.reload()
    expect(bob.message("The answer to it")).to_be_visible()
    expect(bob.message("The text of it")).to_be_visible()
    expect(bob.ticket("Never opened")).to_be_visible()
    expect(bob.page.locator(".connection")).to_have_text("Not reachable")
    expect(bob.page.get_by_role("list", name=SILENT)).to_contain_text("You see what you had seen by")
    served.start_server()
    served.call("alice", "message.reply", ticket_id=1, body="News")
    expect_live(bob.page)
    expect(bob.message("News")).to_be_visible()
    expect(bob.page.get_by_text("You see what you had seen by")).to_have_count(0)


def test_a_reply_waits_visibly_and_goes_once(served: Desk, person: Person) -> None:
    served.call("carol", "ticket.create", title="Patience", body="Text")
    bob = person("bob")
    bob.live()
    bob.ticket("Patience").click()
    expect(bob.message("Text")).to_be_visible()
    served.daemons[0].end(signal.SIGKILL)
    field = bob.page.get_by_label("Reply", exact=True)
    for text in ("The first of two", "The second of two"):
        field.fill(text)
        bob.page.get_by_role("button", name="Send reply").click()
        expect(field).to_have_value("")
    waiting = bob.page.locator(".message[data-pending]")
    expect(waiting).to_have_count(2)
    expect(bob.message("The first of two")).to_contain_text("Waits for the connection")
    served.start_server()
    expect_live(bob.page)
    for text in ("The first of two", "The second of two"):
        expect(bob.message(text)).to_have_count(1)
    expect(waiting).to_have_count(0)
    sent = [message["body"] for message in served.call("bob", "message.list", ticket_id=1)["messages"]]
    assert sent == ["The first of two", "The second of two"]


def test_nothing_is_kept_of_who_signs_out_or_is_deactivated(hero_desk: Desk, visit: Callable[..., Visitor]) -> None:
    for name, is_deactivated in (("erin", False), ("frank", True)):
        visitor = sign_in(hero_desk, visit, name, "agent")
        secret = f"Secret of {name}"
        visitor.file(secret, "Text")
        _wait_until_kept(visitor.page, secret)
        if is_deactivated:
            deactivate(hero_desk, name)
        else:
            menu(visitor.page, name.title())
            visitor.page.get_by_role("button", name="Sign out").click()
        expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
        _wait_until_gone(visitor.page, secret)


def test_who_opens_the_page_after_their_access_has_ended_finds_nothing(
    hero_desk: Desk, visit: Callable[..., Visitor]
) -> None:
    """The browser was closed when it ended."""
    erin = sign_in(hero_desk, visit, "erin", "agent")
    erin.file("Secret of Erin", "Text")
    _wait_until_kept(erin.page, "Secret of Erin")
    erin.page.goto("about:blank")
    deactivate(hero_desk, "erin")
    erin.page.goto(f"http://{hero_desk.tcp_of_ui()}/")
    expect(erin.page.get_by_role("heading", name="Sign in")).to_be_visible()
    _wait_until_gone(erin.page, "Secret of Erin")
