"""What a page cuts off at the side: a text that is read by scrolling to and fro is read by nobody."""

from __future__ import annotations

from playwright.sync_api import Page

# What is wider than its place on purpose, and scrolls there by itself.
_SCROLLERS = "pre, .views, .settings-nav, .table-frame, .markdown-table"
_CUT_OFF = """scrollers => [...document.querySelectorAll("body *")]
  .filter(each => each.checkVisibility({ checkVisibilityCSS: true }) && !each.closest(scrollers))
  .map(each => [each, each.getBoundingClientRect()])
  // What is for screen readers alone has a pixel.
  .filter(([, { width, height }]) => width > 1 && height > 1)
  .filter(([, { left, right }]) => left < -1 || right > innerWidth + 1)
  .map(([each, { left, right }]) => `${each.outerHTML.slice(0, 90)} from ${left} to ${right}`)
"""


def find_cut_off(page: Page) -> list[str]:
    """Return the parts that a page shows beyond the left or the right edge of its window."""
    found: list[str] = page.evaluate(_CUT_OFF, _SCROLLERS)
    return found
