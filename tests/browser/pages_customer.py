"""The page of a customer's ticket, as they find what is on it."""

from __future__ import annotations

from playwright.sync_api import Locator

from tests.browser.page_object import Visitor


def case(visitor: Visitor) -> Locator:
    """What a customer does with the ticket that is open."""
    return visitor.page.get_by_role("region", name="Your ticket")
