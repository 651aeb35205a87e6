"""Pages judged by axe, in both themes."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.ui.daemons import eventually

PHONE = {"width": 390, "height": 800}
DESK = {"width": 1280, "height": 800}
SERIOUS = {"serious", "critical"}


def find_serious(page: Page, axe: str) -> list[str]:
    """What axe finds, as far as it is serious."""
    page.evaluate(axe)
    results: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert results["passes"], "axe judged nothing"
    return [
        f"{found['impact']} {found['id']}: {node['html']} {node['failureSummary']}"
        for found in results["violations"]
        if found["impact"] in SERIOUS
        for node in found["nodes"]
    ]


def look_as(page: Page, theme: str) -> None:
    """Show the page in a theme, and wait until nothing moves."""
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    # Colours change over a moment, and axe must not judge one on its way.
    still = "document.getAnimations().every(each => each.playState !== 'running')"
    eventually(lambda: page.evaluate(still), "nothing moves")
