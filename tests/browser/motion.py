"""What of a page moves although its reader wants less of that."""

from __future__ import annotations

from playwright.sync_api import Page

# A moment is no motion: what is animated away ends, and its end is heard.
_MOVING = """() => !matchMedia("(prefers-reduced-motion: reduce)").matches ? [] : [...document.querySelectorAll("*")]
  .filter(each => [null, "::before", "::after"].some(part => {
    const { animationDuration, transitionDuration } = getComputedStyle(each, part);
    return `${animationDuration}, ${transitionDuration}`.split(", ").some(text => parseFloat(text) > 0.001);
  }))
  .map(each => each.outerHTML.slice(0, 90))
"""


def find_moving(page: Page) -> list[str]:
    """Return what moves on a page where the browser asks for less motion."""
    found: list[str] = page.evaluate(_MOVING)
    return found
