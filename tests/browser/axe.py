"""Pages judged by axe, in both themes: every rule; whether all of a page is on the screen, and a finger hits it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.motion import find_moving
from tests.browser.sideways import find_cut_off
from tests.browser.touch import find_small, is_touched
from tests.ui.daemons import eventually

PHONE = {"width": 390, "height": 800}
# A window, and what there is in the hand with it.
BY_FINGER: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
DESK = {"width": 1280, "height": 800}
# No rule is off: the ones that are called best practice count too.
# A frame is not entered: what stands in one is a mail of somebody else, whose origin hears no message of this page.
_RUN = "axe.run(document, {iframes: false, resultTypes: ['violations']})"
_RUN_COLOURS = "axe.run(document, {iframes: false, resultTypes: ['violations'], runOnly: ['color-contrast']})"


def find_faults(page: Page, axe: str) -> list[str]:
    """What axe finds."""
    return _judge(page, axe, colours_alone=False)


def find_faults_in_both_themes(page: Page, axe: str) -> list[str]:
    """What axe finds in the dark, and in the contrast of texts in the light: all that another theme changes."""
    look_as(page, "dark")
    found = _judge(page, axe, colours_alone=False)
    look_as(page, "light")
    return found + _judge(page, axe, colours_alone=True)


def _judge(page: Page, axe: str, *, colours_alone: bool) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)
    results: dict[str, Any] = page.evaluate(_RUN_COLOURS if colours_alone else _RUN)
    assert colours_alone or results["passes"], "axe judged nothing"
    return [
        f"{found['impact']} {found['id']}: {node['html']} {node['failureSummary']}"
        for found in results["violations"]
        for node in found["nodes"]
    ]


def assert_one_main_and_heading(page: Page, state: str) -> None:
    """A state of a page has one main part and one heading of the first level, for those who jump to them."""
    expect(page.get_by_role("main"), state).to_have_count(1)
    expect(page.get_by_role("heading", level=1), state).to_have_count(1)


class Judge:
    """Collects what is wrong in the states of one page."""

    def __init__(self, page: Page, axe: str) -> None:
        self._page = page
        self._axe = axe
        self.faults: list[str] = []

    def look(self, state: str) -> None:
        """Judge the page as it is now."""
        assert_one_main_and_heading(self._page, state)
        self.faults += [f"{state}: cut off at the side: {part}" for part in find_cut_off(self._page)]
        self.faults += [f"{state}: moves: {part}" for part in find_moving(self._page)]
        if is_touched(self._page):
            self.faults += [f"{state}: too small for a finger: {part}" for part in find_small(self._page)]
        self.faults += [f"{state}: {fault}" for fault in find_faults_in_both_themes(self._page, self._axe)]


def look_as(page: Page, theme: str) -> None:
    """Show the page in a theme, and wait until nothing moves."""
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    # Colours change over a moment, and axe must not judge one on its way.
    still = "document.getAnimations().every(each => each.playState !== 'running')"
    eventually(lambda: page.evaluate(still), "nothing moves")
