"""Browsers that speak a language, and what their pages say in it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk

# The words of the test's language, which is English, longer and from right to left, begin with this.
PSEUDO = "qps"


def visit_in(served: Desk, visit: Callable[..., Visitor], language: str, user: str, **options: object) -> Visitor:
    """A demo user whose browser asks for a language."""
    visitor = visit(f"http://{served.tcp_of_ui()}/", user, locale=language, **options)
    expect(visitor.page.locator(".connection[data-phase=live]")).to_be_visible()
    return visitor


def choose_by_cookie(visitor: Visitor, name: str, value: str) -> None:
    """Have a browser keep a choice, and load the page again."""
    visitor.page.evaluate("pair => { document.cookie = pair + '; path=/'; }", f"{name}={value}")
    visitor.page.reload()


def language_of(visitor: Visitor) -> str:
    """The language that the document says it has."""
    return str(visitor.page.evaluate("document.documentElement.lang"))
