"""Words that a control or its frame cuts off: nobody reads the rest of them."""

from __future__ import annotations

from playwright.sync_api import Page

# An ellipsis that is meant has its whole text on a pointer. What is clipped whole is for screen readers alone.
_CLIPPED = """() => {
  const ROOM = 1.5;
  const isShown = element => {
    if (!element.checkVisibility({ checkVisibilityCSS: true })) return false;
    for (let each = element; each !== null; each = each.parentElement) {
      if (getComputedStyle(each).clipPath === "inset(50%)") return false;
    }
    return true;
  };
  const hasTitle = element => element.closest("[title]:not([title=''])") !== null;
  const inner = element => {
    const style = getComputedStyle(element);
    return element.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd);
  };
  const pen = document.createElement("canvas").getContext("2d");
  const measure = (element, text) => {
    const style = getComputedStyle(element);
    pen.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    pen.letterSpacing = style.letterSpacing === "normal" ? "0px" : style.letterSpacing;
    return pen.measureText(text).width;
  };
  const found = [];
  const say = (element, text, ...why) => {
    const name = element.className || element.tagName;
    found.push([text.trim().slice(0, 60), name, ...why.map(Math.round)].join(" | "));
  };
  for (const select of document.querySelectorAll("select")) {
    if (!isShown(select) || (hasTitle(select) && getComputedStyle(select).textOverflow === "ellipsis")) continue;
    const text = select.selectedOptions[0]?.textContent ?? "";
    // The same with this choice alone is as wide as it has to be.
    const alone = select.cloneNode(false);
    alone.append(new Option(text));
    alone.style.cssText = "position: fixed; width: auto; min-width: 0; max-width: none; flex: none";
    select.after(alone);
    if (alone.offsetWidth > select.offsetWidth + ROOM) say(select, text, alone.offsetWidth, select.offsetWidth);
    alone.remove();
  }
  for (const field of document.querySelectorAll("input[placeholder]")) {
    if (!isShown(field) || field.value !== "") continue;
    const width = measure(field, field.placeholder);
    if (width > inner(field) + ROOM) say(field, field.placeholder, width, inner(field));
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (node.data.trim() === "" || element.closest("option, script, style, noscript, textarea, svg")) continue;
    if (!isShown(element) || hasTitle(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const { left, right } = range.getBoundingClientRect();
    for (let each = element; each !== null && each !== document.body; each = each.parentElement) {
      const overflow = getComputedStyle(each).overflowX;
      if (overflow === "auto" || overflow === "scroll") break;
      if (overflow === "visible") continue;
      const box = each.getBoundingClientRect();
      if (right > box.right + ROOM || left < box.left - ROOM) {
        say(element, node.data, left, right, box.left, box.right);
        break;
      }
    }
  }
  return [...new Set(found)];
}"""


def find_clipped(page: Page) -> list[str]:
    """Return the texts, choices and hints that a page shows a part of."""
    # The words have their widths once their font is there.
    page.evaluate("document.fonts.ready")
    found: list[str] = page.evaluate(_CLIPPED)
    return found
