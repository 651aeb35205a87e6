"""What the tests of writing do at the page: texts, drafts and sends, with answers that are lost or come late."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, Request, Response, Route, expect

from tests.browser.page_object import Visitor
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
RPC = "**/rpc"


def open_ticket(desk: Desk, person: Person, title: str = "Look", user: str = "bob") -> Visitor:
    """A ticket of Carol's that is open in front of a user; it is filed when there is none."""
    if not desk.call("alice", "ticket.list")["tickets"]:
        desk.call("carol", "ticket.create", title=title, body="It says no.")
    visitor = person(user)
    visitor.ticket(title).click()
    expect(visitor.heading(title)).to_be_visible()
    visitor.live()
    return visitor


def reply_of(page: Page) -> Locator:
    """The text of a reply."""
    return page.get_by_label("Reply", exact=True)


def note_of(page: Page) -> Locator:
    """The text of a note, which is turned to."""
    page.get_by_role("button", name="Internal note").click()
    return page.get_by_label("Internal note: only agents will see this")


def send(page: Page) -> None:
    """Press the button."""
    page.get_by_role("button", name="Send reply").click()


def let_undo(visitor: Visitor, seconds: int = 5) -> None:
    """Have replies wait before they leave, as they do by default; tests do without."""
    visitor.page.evaluate("seconds => localStorage.setItem('hero_assistance.undo_seconds', `${seconds}`)", seconds)
    visitor.page.reload()
    visitor.live()


def saved(desk: Desk, body: str, user: str = "bob", **key: Any) -> dict[str, Any]:
    """The draft of a ticket, once the server has it with this text."""

    def find() -> dict[str, Any] | None:
        found: dict[str, Any] | None = desk.call(user, "draft.get", **({"ticket_id": 1} | key))
        return found if found is not None and found["body"] == body else None

    return eventually(find, f"the draft is {body!r}")


def bodies(desk: Desk, ticket_id: int = 1) -> list[str]:
    """What was said on a ticket."""
    return [message["body"] for message in desk.call("bob", "message.list", ticket_id=ticket_id)["messages"]]


def method_of(route: Route) -> str:
    """The method that a request calls."""
    return str(json.loads(route.request.post_data_buffer or b"{}").get("method", ""))


def calls_of(page: Page, method: str) -> list[str]:
    """Return a list that gets the text of each call of a method that the page makes from here on."""
    made: list[str] = []

    def note(request: Request) -> None:
        text = request.post_data or ""
        if request.url.endswith("/rpc") and json.loads(text or "{}").get("method") == method:
            made.append(text)

    page.on("request", note)
    return made


def hold(page: Page, method: str) -> list[Route]:
    """Keep the calls of a method on their way; returns those that are."""
    held: list[Route] = []
    page.route(RPC, lambda route: held.append(route) if method_of(route) == method else route.fallback())
    return held


def hold_first(page: Page, method: str) -> list[Route]:
    """Keep the first call of a method on its way for ever, and let later ones through; returns it once it is made."""
    held: list[Route] = []
    page.route(RPC, lambda route: route.fallback() if held or method_of(route) != method else held.append(route))
    return held


def lose_answers(page: Page, method: str) -> list[str]:
    """Have calls of a method arrive and their answers not; returns what was called."""
    lost: list[str] = []

    def lose(route: Route) -> None:
        if method_of(route) != method:
            route.fallback()
            return
        route.fetch()
        lost.append(method)
        route.abort()

    page.route(RPC, lose)
    return lost


def cut_off(page: Page, method: str | None = None) -> None:
    """Have no call arrive, or none of a method."""
    page.route(RPC, lambda route: route.abort() if method in (None, method_of(route)) else route.fallback())


def refused_save(response: Response) -> bool:
    """Whether the server has refused to save a draft."""
    made = json.loads(response.request.post_data or "{}") if response.url.endswith("/rpc") else {}
    return made.get("method") == "draft.save" and "error" in response.json()


def reconnect(page: Page) -> None:
    """Let calls through again."""
    # One that is tried again may be in the middle of it.
    page.unroute_all(behavior="ignoreErrors")
