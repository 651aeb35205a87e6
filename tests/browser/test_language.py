"""The page in the reader's language: as the browser asks, as the user has set it, in every view."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor, go_to
from tests.browser.pages_language import choose_by_cookie, language_of, visit_in
from tests.ui.daemons import Desk

Visit = Callable[..., Visitor]


def test_a_french_browser_gets_a_french_page(served: Desk, visit: Visit) -> None:
    served.call("carol", "ticket.create", title="L’imprimante", body="Elle n’imprime pas.", priority="urgent")
    served.call("bob", "message.reply", ticket_id=1, body="Avez-vous du papier ?")
    bob = visit_in(served, visit, "fr-FR", "bob")
    page = bob.page
    assert language_of(bob) == "fr"
    expect(page.locator(".connection")).to_have_text("En direct")
    expect(page.get_by_role("link", name="Nouveau ticket").first).to_be_visible()
    expect(page.get_by_text("1 message", exact=True)).to_be_visible()
    page.get_by_role("link", name=re.compile("L’imprimante")).click()
    expect(page.get_by_role("heading", name="L’imprimante", level=1)).to_be_visible()
    expect(page.get_by_role("complementary", name="À propos de ce ticket")).to_be_visible()
    expect(page.locator("select[data-key=priority]")).to_have_value("urgent")
    # The day may end while the page is read.
    expect(page.get_by_text(re.compile("^(Aujourd’hui|Hier)$"))).to_be_visible()


def test_a_refusal_is_said_in_the_language_of_the_page_alone(served: Desk, visit: Visit) -> None:
    page = visit_in(served, visit, "fr-FR", "carol").page
    go_to(page, "#/tickets/hero_assistance/7")
    problem = page.get_by_role("alert")
    expect(problem.locator(".problem-message")).to_have_text("Le ticket 7 n’est pas ici, ou pas pour vous")
    expect(problem.locator("[lang=en]")).to_have_count(0)


def test_times_and_counts_are_written_as_the_language_has_them(served: Desk, visit: Visit) -> None:
    served.call("carol", "ticket.create", title="Heures", body="Texte")
    bob = visit_in(served, visit, "fr-CH", "bob")
    title = bob.page.locator(".tickets time").first.get_attribute("title")
    assert title
    assert re.match(r"(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche),? \d+ \S+ \d{4}", title), title


def test_an_english_browser_loads_no_other_words(served: Desk, visit: Visit) -> None:
    bob = visit_in(served, visit, "en-GB", "bob")
    assert language_of(bob) == "en"
    scripts = bob.page.evaluate("[...document.querySelectorAll('script[src]')].map(each => each.src)")
    assert len(scripts) == 1


def test_what_a_user_has_set_goes_before_the_browser_and_keeps_what_is_typed(served: Desk, visit: Visit) -> None:
    served.call("carol", "ticket.create", title="Draft", body="Text")
    bob = visit_in(served, visit, "en-US", "bob")
    bob.ticket("Draft").click()
    bob.page.get_by_label("Reply", exact=True).fill("Half a sentence")
    # Set on another device: the page hears of it, and loads itself again.
    served.call("bob", "user.update_me", language="fr-CA")
    page = bob.page
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("complementary", name="À propos de ce ticket")).to_be_visible()
    expect(page.locator(".composer textarea")).to_have_value("Half a sentence")


def test_the_page_is_loaded_once_more_and_not_for_ever(served: Desk, visit: Visit) -> None:
    served.call("bob", "user.update_me", language="fr")
    bob = visit(f"http://{served.tcp_of_ui()}/", "bob", locale="en-US")
    loads: list[str] = []
    bob.page.on("framenavigated", lambda frame: loads.append(frame.url))
    expect(bob.page.locator("html")).to_have_attribute("lang", "fr")
    expect(bob.page.locator(".connection")).to_have_text("En direct")
    # A page that loads itself again does so when it knows its user: before it hears of anything.
    served.call("carol", "ticket.create", title="Entendu", body="Texte")
    expect(bob.page.locator(".ticket", has_text="Entendu")).to_be_visible()
    assert len(loads) <= 1


def test_a_browser_that_keeps_no_cookies_stays_in_its_language(served: Desk, visit: Visit) -> None:
    served.call("bob", "user.update_me", language="fr")
    bob = visit_in(served, visit, "en-US", "carol")
    bob.page.add_init_script(
        "Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set: () => {} });"
        "sessionStorage.setItem('hero_assistance.demo_user', 'bob');"
    )
    bob.page.reload()
    expect(bob.page.locator(".connection")).to_have_text("Live")
    expect(bob.page.locator(".me option:checked")).to_contain_text("Bob")
    assert language_of(bob) == "en"


def test_a_language_that_the_page_has_not_changes_nothing(served: Desk, visit: Visit) -> None:
    served.call("bob", "user.update_me", language="ja")
    bob = visit_in(served, visit, "en-US", "bob")
    bob.live()
    assert language_of(bob) == "en"
    assert not bob.was_reloaded


# Each with what is there once it is drawn.
VIEWS = {
    "#/": ".shell[data-view=inbox] main h1",
    "#/new": "#new-title",
    "#/tickets/hero_assistance/1": "[data-message='1'] .bubble-note",
    "#/tickets/hero_assistance/99": "main [role=alert]",
    "#/views/mine": ".views a[href='#/views/mine'][aria-current=true]",
    "#/devices": "#devices-title",
}


def test_no_english_word_is_left_in_a_view(served: Desk, visit: Visit) -> None:
    """Every text that the page shows of its own went through a catalogue: the test's language marks what did."""
    served.call("carol", "ticket.create", title="0", body="0", tags=["0"])
    served.call("bob", "message.note", ticket_id=1, body="0")
    bob = visit_in(served, visit, "en-US", "bob")
    choose_by_cookie(bob, "hero_language", "qps")
    expect(bob.page.locator(".connection[data-phase=live]")).to_be_visible()
    left: dict[str, list[str]] = {}
    for view, drawn in VIEWS.items():
        go_to(bob.page, view)
        expect(bob.page.locator(drawn)).to_be_attached()
        left[view] = _untranslated(bob)
    assert {view: words for view, words in left.items() if words} == {}


def _untranslated(visitor: Visitor) -> list[str]:
    """The words of text and of labels that are as the sources have them; names of people and dates stand apart."""
    texts: list[str] = visitor.page.evaluate(
        """() => {
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          const texts = [];
          while (walker.nextNode()) {
            const parent = walker.currentNode.parentElement;
            if (parent.closest("script, noscript, style, time, kbd, .day, .account, .me, .access")) continue;
            texts.push(walker.currentNode.data);
          }
          for (const element of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
            for (const name of ["aria-label", "placeholder", "title", "alt"])
              if (element.hasAttribute(name) && !element.matches("time, .access"))
                texts.push(element.getAttribute(name));
          return texts;
        }"""
    )
    # Of the server: the name of the project and its users, and its own words for what it refuses; dates are of `Intl`.
    known = re.compile(r"\[|Support|Carol|Bob|Alice|Dave|[Tt]here is no|\w{3}, \w{3} \d")
    words = {text.strip() for text in texts if re.search(r"[A-Za-z]{2}", text)}
    return sorted(word for word in words if not known.match(word))
