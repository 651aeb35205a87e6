"""Right to left: people's texts have a direction of their own, names turn nothing around, the layout is mirrored."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from playwright.sync_api import Locator, Route, expect

from tests.browser.axe import DESK, PHONE, find_faults
from tests.browser.page_object import Visitor, go_to, wait_for
from tests.browser.pages_compose import reconnect
from tests.browser.pages_language import choose_by_cookie, visit_in
from tests.ui.daemons import Desk

Visit = Callable[..., Visitor]
HEBREW = "המדפסת לא מדפיסה (שגיאה 7)."


def _x(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box
    return box["x"]


def _right_edge_of_text(locator: Locator) -> float:
    """Where the letters of an element end on the right, as against its box."""
    return float(
        locator.evaluate(
            """element => {
              const range = document.createRange();
              range.selectNodeContents(element);
              return Math.max(...[...range.getClientRects()].map(rectangle => rectangle.right));
            }"""
        )
    )


def _ends_on_the_right(text: Locator) -> bool:
    box = text.bounding_box()
    assert box
    return abs(_right_edge_of_text(text) - (box["x"] + box["width"])) <= 4


def test_the_layout_is_mirrored(served: Desk, visit: Visit) -> None:
    served.call("carol", "ticket.create", title="Mirror", body="Text")
    bob = visit_in(served, visit, "en-US", "bob", viewport={"width": 1920, "height": 1000})
    choose_by_cookie(bob, "hero_language", "qps")
    page = bob.page
    go_to(page, "#/tickets/hero_assistance/1")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator(".composer")).to_be_visible()
    parts = [page.locator(each) for each in (".views", ".inbox", ".messages", ".panel")]
    for part in parts:
        expect(part).to_be_visible()
    wait_for(page, lambda: all(_x(one) > _x(next_one) for one, next_one in pairwise(parts)), "the parts are mirrored")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1920


def test_longer_words_from_right_to_left_have_room(served: Desk, visit: Visit, axe: str) -> None:
    served.call("carol", "ticket.create", title=HEBREW, body=HEBREW, priority="urgent", tags=["חיוב"])
    bob = visit_in(served, visit, "en-US", "bob", viewport=PHONE, reduced_motion="reduce")
    choose_by_cookie(bob, "hero_language", "qps")
    page = bob.page
    for view, name in (("#/", "inbox"), ("#/new", "new"), ("#/tickets/hero_assistance/1", "thread")):
        for viewport in (PHONE, DESK):
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            go_to(page, view)
            expect(page.locator(f".shell[data-view={name}]")).to_be_visible()
            expect(page.locator("main:visible h1, [role=main] h1").first).to_be_attached()
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], view
            assert find_faults(page, axe) == [], view


def test_a_text_stands_as_its_language_reads_it(served: Desk, visit: Visit) -> None:
    """A Hebrew message of an English page begins on the right, with its full stop on the left."""
    served.call("carol", "ticket.create", title=HEBREW, body=HEBREW)
    bob = visit_in(served, visit, "en-US", "bob")
    go_to(bob.page, "#/tickets/hero_assistance/1")
    text = bob.page.locator(".bubble-text").first
    expect(text).to_have_text(HEBREW)
    wait_for(bob.page, lambda: _ends_on_the_right(text), "the text begins on the right")
    area = bob.page.get_by_label("Reply", exact=True)
    area.fill(HEBREW)
    assert area.evaluate("element => getComputedStyle(element).unicodeBidi") == "plaintext"


def test_a_character_that_turns_text_around_is_shown_as_what_it_is(served: Desk, visit: Visit) -> None:
    served.call(
        "carol", "ticket.create", title="Text", body="pay\u200bpal, \u2067more\u2069, exe\u202egnp and 👩\u200d💻"
    )
    bob = visit_in(served, visit, "en-US", "bob")
    bob.page.locator(".tickets .ticket").first.click()
    text = bob.page.locator(".bubble-text").first
    expect(text).to_have_text("payZWSPpal, RLImorePDI, exeRLOgnp and 👩\u200d💻")
    assert text.locator(".hidden-character").first.get_attribute("title") == "U+200B"


def test_a_server_that_sends_such_names_turns_nothing_around(served: Desk, visit: Visit) -> None:
    """Ours takes these characters out of names and titles; another project's may be anybody's."""
    served.call("carol", "ticket.create", title="invoice-gnp.exe", body="Text")
    bob = visit_in(served, visit, "en-US", "bob")

    def send(route: Route) -> None:
        answer = route.fetch()
        text = answer.text().replace("invoice-gnp", "invoice\u202egnp").replace('"Carol', '"Carol\u2066')
        route.fulfill(response=answer, body=text)

    bob.page.route("**/rpc", send)
    bob.page.reload()
    expect(bob.page.locator(".ticket-title").first).to_contain_text("invoiceRLOgnp.exe")
    expect(bob.page.locator(".ticket-from").first).to_contain_text("CarolLRI")
    reconnect(bob.page)
