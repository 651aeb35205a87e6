"""What of a page is too small for a finger: everything that is pressed is 44 px high and wide."""

from __future__ import annotations

from playwright.sync_api import Page

# A link within a sentence is as high as its line; what is for screen readers alone has a pixel, and what only the
# keyboard brings into sight is above the window until then. What is hit may be larger than what is seen.
_SMALL = """() => {
  const sizeOf = each => {
    const { width, height, bottom } = each.getBoundingClientRect(), after = getComputedStyle(each, "::after");
    const more = after.position === "absolute" ? after : { width: 0, height: 0 };
    const [wide, high] = [parseFloat(more.width), parseFloat(more.height)];
    const isThere = width > 1 && height > 1 && bottom > 0;
    return { isThere, width: Math.max(width, wide), height: Math.max(height, high) };
  };
  return [...document.querySelectorAll("a[href], button, select, summary, textarea, input:enabled, [role=option]")]
    .filter(each => each.checkVisibility({ checkVisibilityCSS: true }) && !each.closest(".unseen"))
    .filter(each => !each.matches("a") || getComputedStyle(each).display !== "inline")
    .map(each => each.matches("[type=radio], [type=checkbox]") ? each.closest("label") ?? each : each)
    .map(each => [each, sizeOf(each)])
    .filter(([, { isThere, width, height }]) => isThere && (height < 43.5 || width < 43.5))
    .map(([each, { width, height }]) => `${each.outerHTML.slice(0, 90)} ${Math.round(width)} x ${Math.round(height)}`);
}"""


def is_touched(page: Page) -> bool:
    """Whether fingers are what presses things on this page."""
    return bool(page.evaluate("matchMedia('(pointer: coarse)').matches"))


def find_small(page: Page) -> list[str]:
    """Return what is pressed and is smaller than a finger needs."""
    found: list[str] = page.evaluate(_SMALL)
    return found
