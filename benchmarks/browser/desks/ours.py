"""Our own desk under a browser: with as many tickets as are asked for, and what happens on them from outside."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from benchmarks.desk.desk_data import TO_DO, build
from benchmarks.supervision.serving import Box, box
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sqlite.store import DATABASE

AGENT, CUSTOMER = "bob", "carol"
# The words by which a reader finds these parts of the page.
LIST, MESSAGES = '[aria-label="Tickets"]', '[aria-label="Messages"]'
_DEMO_USER = "hero_assistance.demo_user"
_LIVE = "Live"
_SCROLLS = 5_000


@contextmanager
def our_desk(dist: Path, tickets: int) -> Iterator[Box]:
    """A box of so many tickets, running; each of them is in an agent's inbox."""
    with box(dist) as made:
        build(made.paths.data / DATABASE, tickets, TO_DO)
        made.start()
        yield made


def address(made: Box) -> str:
    """Where a browser opens the page."""
    return f"http://{made.ui_tcp}/"


def as_agent() -> str:
    """The script by which a window of dev mode is an agent's."""
    return f"sessionStorage.setItem({json.dumps(_DEMO_USER)}, {json.dumps(AGENT)});"


def until_live(page: Page) -> None:
    """Wait until the page shows the tickets, and what it shows is true now."""
    expect(page.locator(".connection")).to_have_text(_LIVE, timeout=60_000)
    expect(page.locator(LIST).get_by_role("link").first).to_be_visible(timeout=60_000)


def call(made: Box, user: str, method: str, /, **params: Any) -> Any:
    """Call the server as a user."""
    with RpcClient(made.paths.socket("rpc"), headers={"x-dev-user": user}) as client:
        return client.call(method, **params)


def add_messages(made: Box, ticket_id: TicketId, count: int) -> None:
    """Write so many replies on a ticket, each with its number."""
    with RpcClient(made.paths.socket("rpc"), headers={"x-dev-user": AGENT}) as client:
        for number in range(count):
            client.call("message.reply", ticket_id=ticket_id, body=f"Message {number}: all is well.", force=True)


def change_often(made: Box, ticket_ids: list[TicketId], events: int) -> None:
    """Make so many events on tickets."""
    with RpcClient(made.paths.socket("rpc"), headers={"x-dev-user": "alice"}) as client:
        for number in range(events):
            priority = "high" if (number // len(ticket_ids)) % 2 else "low"
            client.call("ticket.update", ticket_id=ticket_ids[number % len(ticket_ids)], priority=priority)


def timed_call(made: Box, user: str, method: str, /, **params: Any) -> float:
    """Call the server; returns when it was asked, in ms since 1970: what is drawn later is drawn so long after it."""
    begun = time.time() * 1000
    call(made, user, method, **params)
    return begun


def list_rows(page: Page, count: int) -> int:
    """Scroll the list until so many rows were listed, or until it ends; returns how many were."""
    listed = 0
    for _ in range(_SCROLLS):
        listed = max(listed, _count_rows(page))
        if listed >= count:
            break
        before = listed
        _scroll_to_end(page)
        listed = max(listed, _wait_for_more(page, before))
        if listed == before:
            break
    page.evaluate(f"{_SCROLLER}.scrollTop = 0")
    return listed


# The element of the list that scrolls: the navigation itself, or the list in it.
_SCROLLER = f"""[...document.querySelectorAll('{LIST}, {LIST} *')]
  .find((each) => each.scrollHeight > each.clientHeight + 8 && /auto|scroll/.test(getComputedStyle(each).overflowY))"""
_ROWS = f"""(() => {{
  const rows = [...document.querySelectorAll('{LIST} a.ticket, {LIST} [role=option], {LIST} [aria-posinset]')];
  const places = rows.map((each) => Number(each.closest('[aria-posinset]')?.ariaPosInSet ?? 0));
  const sizes = rows.map((each) => Number(each.closest('[aria-setsize]')?.ariaSetSize ?? 0));
  return Math.max(rows.length, ...places, ...sizes);
}})()"""


def mark_scroller(page: Page) -> str:
    """Give the element that scrolls the list an id; returns its selector."""
    page.evaluate(f"{_SCROLLER}.id ||= 'measured-scroller'")
    return "#" + str(page.evaluate(f"{_SCROLLER}.id"))


def _count_rows(page: Page) -> int:
    return int(page.evaluate(_ROWS))


def _scroll_to_end(page: Page) -> None:
    page.evaluate(f"(() => {{ const each = {_SCROLLER}; if (each) each.scrollTop = each.scrollHeight; }})()")


def _wait_for_more(page: Page, before: int) -> int:
    for _ in range(100):
        if (found := _count_rows(page)) > before:
            return found
        page.wait_for_timeout(20)
    return before
