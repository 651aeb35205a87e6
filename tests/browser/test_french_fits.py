"""French words are longer than English ones: none is cut off in any view, from a phone to a large screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.clipped_text import find_clipped
from tests.browser.page_object import Visitor, go_to
from tests.browser.pages_language import visit_in
from tests.browser.sideways import find_cut_off
from tests.browser.states.full_desk import CLOSED, MERGED, RICH, SOLVED, fill
from tests.ui.daemons import Desk

Visit = Callable[..., Visitor]
# A telephone, a laptop, the same at 200 %, and a large screen.
SIZES = [(390, 844), (1280, 800), (640, 400), (2560, 1440)]
THREAD = "#/tickets/hero_assistance"
SETTINGS = ("profile", "appearance", "notifications", "devices")
TEAM = ("canned-replies", "macros", "views")
ADMINISTRATION = ("people", "tags", "project", "hours", "mail", "webhooks", "data")


def _settings(*pages: str, drawn: str = "h1") -> dict[str, str]:
    """Pages of the settings, each with its title, or what else is drawn, once it is the one that is shown."""
    shown = f":root:has(a[href='#/settings/{{page}}'][aria-current=page]) main {drawn}"
    return {f"#/settings/{page}": shown.format(page=page) for page in pages}


# Each view with what is there once it is drawn.
SHARED_VIEWS = {
    "#/": ".ticket",
    "#/new": "#new-title",
    f"{THREAD}/{RICH}": ".composer textarea",
    f"{THREAD}/{SOLVED}": ".composer textarea",
    f"{THREAD}/{CLOSED}": ".bubble",
    f"{THREAD}/{MERGED}": ".thread-merged",
    "#/devices": "#devices-title",
}
STAFF_VIEWS = {
    **SHARED_VIEWS,
    "#/views/snoozed": ".views [aria-current=true]",
    "#/views/open": ".ticket",
    "#/stats": ".stats",
    **_settings(*SETTINGS, *ADMINISTRATION),
    **_settings(*TEAM, drawn=".settings-entry"),
}
CUSTOMER_VIEWS = {**SHARED_VIEWS, **_settings(*SETTINGS)}


@pytest.mark.parametrize(
    ("user", "views"), [("alice", STAFF_VIEWS), ("carol", CUSTOMER_VIEWS)], ids=["admin", "customer"]
)
def test_nothing_is_cut_off_in_any_view(served: Desk, visit: Visit, user: str, views: dict[str, str]) -> None:
    fill(served)
    page = visit_in(served, visit, "fr-FR", user).page
    cut: dict[str, list[str]] = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for view, drawn in views.items():
            # A phone shows the list or a view.
            go_to(page, view)
            expect(page.locator(drawn).first).to_be_visible()
            cut[f"{width} {view}"] = _cut_off(page)
    assert {where: found for where, found in cut.items() if found} == {}


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_is_cut_off_where_a_ticket_is_set(served: Desk, visit: Visit, width: int, height: int) -> None:
    """In the panel with all that it holds back, in the bar of a selection, and in the forms that they open."""
    fill(served)
    size = {"width": width, "height": height}
    page = visit_in(served, visit, "fr-FR", "alice", viewport=size).page
    go_to(page, f"{THREAD}/{RICH}")
    expect(page.locator(".composer textarea")).to_be_visible()
    for opens in ("sheet", "details"):
        button = page.locator(f".panel [data-key={opens}]")
        if button.count():
            button.click()
    expect(page.locator("[data-key=follow]")).to_be_visible()
    cut = {"panel": _cut_off(page)}
    snooze = page.locator("select[data-key=snooze]").last
    snooze.select_option("other")
    expect(page.locator("input[type=datetime-local]")).to_be_visible()
    cut["snooze"] = _cut_off(page)
    go_to(page, "#/views/open")
    if page.locator("dialog[open]").count():
        page.keyboard.press("Escape")
    page.locator(".select-box input").first.check()
    expect(page.locator(".bulk-fields")).to_be_visible()
    cut["bulk"] = _cut_off(page)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("dialog[open] input")).to_be_visible()
    cut["search"] = _cut_off(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("dialog[open]")).to_be_visible()
    cut["keys"] = _cut_off(page)
    assert {where: found for where, found in cut.items() if found} == {}


def test_what_is_cut_off_is_found(served: Desk, visit: Visit) -> None:
    page = visit_in(served, visit, "fr-FR", "alice").page
    page.evaluate(
        """() => {
          const add = (name, words, set = {}) => {
            const made = document.querySelector("#main").appendChild(document.createElement(name));
            if (name === "select") made.append(new Option(words));
            else if (name === "p") made.textContent = words;
            Object.assign(made, set);
            Object.assign(made.style, { width: "5rem", overflow: "hidden", whiteSpace: "nowrap" });
          };
          add("select", "Mettre en veille jusqu’au");
          add("input", "", { placeholder: "Ajouter une étiquette de plus" });
          add("p", "Attribué à personne pour l’instant");
          add("p", "Un sens qui est sous le pointeur", { title: "Un sens" });
          add("p", "Court");
        }"""
    )
    found = " ".join(find_clipped(page))
    for words in ("Mettre en veille", "Ajouter une étiquette", "Attribué à personne"):
        assert words in found
    assert "Un sens" not in found
    assert "Court" not in found


def _cut_off(page: Page) -> list[str]:
    """What is cut off of a page; the picker of demo users is for who tries the desk out, and is left out."""
    page.evaluate("document.querySelector('.me')?.style.setProperty('display', 'none')")
    return find_clipped(page) + find_cut_off(page)
