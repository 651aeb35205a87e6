"""On paper: the whole thread, black on white, without what is pressed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.page_object import Visitor, go_to
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
# More than the page holds at a time.
MESSAGES = 230
# Longer than is shown before somebody asks for the rest.
LONG = "\n".join(f"line {number}" for number in range(1, 101))


def _open(served: Desk, person: Person) -> Page:
    served.call("carol", "ticket.create", title="On paper", body="The first text")
    for number in range(MESSAGES):
        served.call("bob", "message.reply", ticket_id=1, body=f"Answer number {number}.")
    served.call("bob", "message.reply", ticket_id=1, body=LONG)
    bob = person("bob", color_scheme="dark")
    go_to(bob.page, "#/tickets/hero_assistance/1")
    expect(bob.message(f"Answer number {MESSAGES - 1}.")).to_be_visible()
    return bob.page


def test_the_keys_of_printing_print_the_whole_thread(served: Desk, person: Person) -> None:
    page = _open(served, person)
    page.evaluate(
        """() => { window.print = () => {
          window.printed = [...document.querySelectorAll(".bubble-text")].map(each => each.textContent.trim());
        }; }"""
    )
    page.keyboard.press("Control+p")
    eventually(lambda: page.evaluate("window.printed !== undefined"), "the page is printed", 30.0)
    printed = page.evaluate("window.printed")
    assert printed[:-1] == ["The first text", *(f"Answer number {number}." for number in range(MESSAGES))]
    assert printed[-1].endswith("line 100")


def test_paper_shows_every_message_and_nothing_that_is_pressed(served: Desk, person: Person) -> None:
    page = _open(served, person)
    page.emulate_media(media="print")
    for hidden in (".head", ".views", ".inbox", ".composer", ".panel"):
        expect(page.locator(hidden)).to_be_hidden()
    page.wait_for_function(
        """() => {
          const { clientHeight, scrollHeight } = document.querySelector(".messages");
          return clientHeight === scrollHeight && clientHeight > 2_000;
        }"""
    )
    expect(page.locator(".bubble").first).not_to_have_css("background-color", "rgb(25, 32, 42)")
    expect(page.locator("h1").first).to_have_css("color", "rgb(20, 26, 34)")


def test_a_long_thread_takes_as_many_sheets_as_it_needs(served: Desk, person: Person) -> None:
    page = _open(served, person)
    document = page.pdf(format="A4")
    assert document.count(b"/Type /Page\n") + document.count(b"/Type /Page ") + document.count(b"/Type/Page/") >= 3
