"""Lists by id: who reads all pages has read every ticket, whatever happens in the meantime."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import apsw
import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.sql.tickets import lists_by_id
from hero_assistance_server.ticket_lists.list_query import VIEWS, build_list_query
from tests.capabilities import sqlite_only
from tests.server.desk import Desk
from tests.server.read_cases import create
from tests.server.store_fixtures import opened_sqlite
from tests.server.test_lists import BOB, CAROL, FILTERS, every_ticket, expected, pages, walk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    """A desk on which much has happened."""
    await desk.call("project.update", "alice", share_tags=True, share_assignee=True)
    await walk(desk, 120)
    return desk


def ids(listed: list[dict[str, Any]]) -> list[int]:
    return [ticket["ticket_id"] for ticket in listed]


# A walk through all tickets, a walk that is cut off in short lists as well, and one that never is.
@pytest.mark.parametrize("walk_limit", [0, 3, 2000])
async def test_every_list_by_id_is_the_list_by_activity_in_another_order(
    busy: Desk, walk_limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = every_ticket(busy.paths.data)
    monkeypatch.setattr(lists_by_id, "WALK_LIMIT", walk_limit or 7)
    if not walk_limit:
        monkeypatch.setattr(lists_by_id, "rarest_scopes", lambda *_: {("all", "new"): 10_000})
    for user, reader in (("bob", BOB), ("carol", CAROL)):
        for text in FILTERS:
            listed = await pages(busy, user, 4, filter=text, order="id")
            assert ids(listed) == sorted(expected(found, reader, text, None)), (user, text)
    for view in VIEWS:
        assert ids(await pages(busy, "bob", 4, view=view, order="id")) == sorted(expected(found, BOB, "", view)), view


async def test_the_tickets_are_the_same_in_either_order(busy: Desk) -> None:
    for user in ("bob", "carol", "dave"):
        by_activity = await pages(busy, user, 200)
        assert await pages(busy, user, 5, order="id") == sorted(by_activity, key=lambda ticket: ticket["ticket_id"])


@pytest.mark.parametrize("user", ["bob", "carol"])
@pytest.mark.parametrize("asked", [{}, {"filter": "priority:normal"}])
async def test_no_ticket_is_missed_though_one_moves_after_each_page(
    desk: Desk, user: str, asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(30):
        await desk.call("ticket.create", "carol", title="t", body="b")
    choice = random.Random(1)  # noqa: S311

    async def read(order: str) -> list[int]:
        seen: list[int] = []
        cursor = None
        while True:
            page = await desk.call("ticket.list", user, limit=4, order=order, cursor=cursor, **asked)
            seen += ids(page["tickets"])
            cursor = page["next_cursor"]
            if cursor is None:
                return seen
            # One that was not read yet: in the list by activity it moves to a page that was read.
            unread = [number for number in range(1, 31) if number not in seen]
            await desk.call("message.reply", "bob", ticket_id=choice.choice(unread), body="b")

    for walk_limit in (2000, 9):
        monkeypatch.setattr(lists_by_id, "WALK_LIMIT", walk_limit)
        assert await read("id") == list(range(1, 31))
    assert len(await read("activity")) < 30


async def test_what_is_filed_meanwhile_is_at_the_end(desk: Desk) -> None:
    for _ in range(3):
        await desk.call("ticket.create", "carol", title="t", body="b")
    page = await desk.call("ticket.list", "bob", limit=2, order="id")
    await desk.call("ticket.create", "carol", title="t", body="b")
    rest = await desk.call("ticket.list", "bob", limit=5, order="id", cursor=page["next_cursor"])
    assert [*ids(page["tickets"]), *ids(rest["tickets"])] == [1, 2, 3, 4]


@pytest.mark.parametrize(("first", "then"), [("id", "activity"), ("activity", "id")])
async def test_a_cursor_is_of_its_order(desk: Desk, first: str, then: str) -> None:
    for _ in range(3):
        await desk.call("ticket.create", "carol", title="t", body="b")
    cursor = (await desk.call("ticket.list", "bob", limit=1, order=first))["next_cursor"]
    with pytest.raises(RpcFailure) as refused:
        await desk.call("ticket.list", "bob", limit=1, order=then, cursor=cursor)
    assert refused.value.remote_reason == "invalid-params"
    assert refused.value.data["faults"]


async def test_the_orders_are_kept_apart_in_the_answers_that_are_kept(desk: Desk) -> None:
    for _ in range(2):
        await desk.call("ticket.create", "carol", title="t", body="b")
    for order, listed in (("id", [1, 2]), ("activity", [2, 1]), ("id", [1, 2])):
        assert ids((await desk.call("ticket.list", "bob", order=order))["tickets"]) == listed


@sqlite_only("asks for a plan of SQLite")
@pytest.mark.parametrize("text", ["", "status:new", "tag:vpn -tag:mail", "priority:normal priority:low tag:vpn"])
@pytest.mark.parametrize("seen_by", [None, CAROL.user_id])
@pytest.mark.parametrize("walk_limit", [1, 2000])
async def test_a_page_is_a_range_of_an_index(
    hero_root: Path, text: str, seen_by: UserId | None, walk_limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is scanned from its beginning to its end; what is sorted is a short list."""
    monkeypatch.setattr(lists_by_id, "WALK_LIMIT", walk_limit)
    query = build_list_query(parse(text), BOB) if text else None
    statements: list[str] = []

    def trace(_cursor: object, sql: str, _bindings: object) -> bool:
        statements.append(sql)
        return True

    def plan(db: apsw.Connection) -> list[str]:
        db.exec_trace = trace
        assert lists_by_id.list_page(db, query, TicketId(0), 50, seen_by=seen_by).rows
        db.exec_trace = None
        plans = [db.execute(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?")) for sql in statements]
        return [str(row[3]) for rows in plans for row in rows]

    async with opened_sqlite(hero_root) as store:
        for _ in range(3):
            await store.write(lambda work: create(work, tags=("vpn",)))
        steps = await store.query(plan)
    assert not [step for step in steps if step.startswith(("SCAN tickets", "SCAN listings", "SCAN places"))], steps
