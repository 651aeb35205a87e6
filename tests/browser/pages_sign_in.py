"""Users of a desk that signs in at its page: added, signed in, deactivated, and their menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk

Visit = Callable[..., Visitor]
TITLE = "Sign in"


def operate(served: Desk, method: str, **params: Any) -> Any:
    """Call a method as the operator of this machine."""
    return served.operate(method, **params)


def add_user(served: Desk, name: str, role: str = "customer") -> dict[str, Any]:
    """Add a user, and return the link and the code that sign them in."""
    access: dict[str, Any] = operate(served, "user.add", email=f"{name}@example.org", role=role, name=name.title())
    return access


def sign_in(served: Desk, visit: Visit, name: str, role: str = "customer", **options: object) -> Visitor:
    """Add a user who then opens their link and presses its button."""
    visitor = visit(add_user(served, name, role)["link"], **options)
    visitor.page.get_by_role("button", name=TITLE).click()
    visitor.live()
    visitor.page.evaluate("window.since = 'the first load'")
    return visitor


def deactivate(served: Desk, name: str) -> None:
    """End the access of a user who was added by this name."""
    people = operate(served, "user.list")["users"]
    (user_id,) = (user["user_id"] for user in people if user["name"] == name.title())
    operate(served, "user.deactivate", user_id=user_id)


def menu(page: Page, name: str) -> None:
    """Open the menu of who is signed in."""
    page.locator("summary", has_text=name).click()
