"""The list of tickets as a person finds it: its rows, what is in sight of it, and lists of any length."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Locator, Page, Route

from tests.browser.page_object import Visitor

# Ids that no ticket of a test has.
FIRST_ID = 1_000_000
ROWS = ".ticket-scroller .tickets > li"
# The titles in sight, from the top; a row that is half hidden counts.
_IN_SIGHT = """() => {
    const box = document.querySelector('.ticket-scroller')?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
    return [...document.querySelectorAll('.ticket-scroller .ticket')]
        .map((row) => ({ row, at: row.getBoundingClientRect() }))
        .filter(({ at }) => at.bottom > box.top + 1 && at.top < box.bottom - 1)
        .map(({ row, at }) => [row.querySelector('.ticket-title').lastChild.textContent, Math.round(at.top)]);
}"""
# A list that is where it was for several pictures has come to rest.
_REST = """async () => {
    const list = document.querySelector('.ticket-scroller');
    for (let still = 0, before = -1; still < 6; before = list.scrollTop) {
        await new Promise(requestAnimationFrame);
        still = list.scrollTop === before ? still + 1 : 0;
    }
}"""


def rows(visitor: Visitor) -> Locator:
    """The rows that are drawn."""
    return visitor.page.locator(ROWS)


def in_sight(page: Page) -> list[tuple[str, int]]:
    """The titles in sight from the top, each with its place on the screen."""
    return [(title, top) for title, top in page.evaluate(_IN_SIGHT)]


def titles(page: Page) -> list[str]:
    """The titles in sight, from the top."""
    return [title for title, _ in in_sight(page)]


def scroll(page: Page, by: int) -> None:
    """Turn the wheel over the list."""
    page.locator(".ticket-scroller").hover()
    page.mouse.wheel(0, by)


def row_of(page: Page, title: str) -> Locator:
    """The row of a ticket, in any tab."""
    return page.locator(".ticket-scroller .ticket").filter(has_text=title)


def rest(page: Page) -> None:
    """Wait until the list, which has begun to move, stands still: a wheel goes on for a while."""
    page.evaluate(_REST)


class LongList:
    """Answers `ticket.list` for a page with so many tickets, in the place of its server; all else is the server's."""

    def __init__(self, page: Page, count: int, like: dict[str, Any]) -> None:
        self.asked = 0
        self._count = count
        self._like = like
        page.route("**/rpc", self._answer)

    def _answer(self, route: Route) -> None:
        call = json.loads(route.request.post_data or "{}")
        if call.get("method") != "ticket.list":
            route.continue_()
            return
        self.asked += 1
        params = call.get("params", {})
        first = int(params.get("cursor") or 0)
        last = min(self._count, first + params["limit"])
        result = {
            "tickets": [self._ticket(index) for index in range(first, last)],
            "next_cursor": str(last) if last < self._count else None,
            "seq": 1,
        }
        route.fulfill(json={"jsonrpc": "2.0", "id": call["id"], "result": result})

    def _ticket(self, index: int) -> dict[str, Any]:
        number = FIRST_ID + self._count - index
        # Each a second older than the one before it.
        at = self._like["updated_at"] - 1_000 * (index + 1)
        return self._like | {"ticket_id": number, "title": f"Number {index}", "updated_at": at, "created_at": at}
