"""Lists by when the first answer is due: those that await one, the soonest first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw
import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.sql.tickets import lists_by_due
from hero_assistance_server.ticket_lists.list_query import build_list_query
from hero_assistance_server.tickets.repository import START_OF_SMALLEST
from tests.capabilities import sqlite_only
from tests.server.desk import Desk
from tests.server.store_fixtures import opened_sqlite
from tests.server.test_lists import BOB, FILTERS, every_ticket, expected, pages, walk

pytestmark = pytest.mark.anyio

DUE = "first_response_due"
MINUTES = {"urgent": 10, "high": 20, "normal": 30}


@pytest.fixture
async def promised(desk: Desk) -> Desk:
    """Tickets of every priority, in the order of their ids; nothing is promised for the last one."""
    await desk.call("project.update", "alice", first_response_minutes=MINUTES)
    for priority in ("normal", "high", "urgent", "high", "low"):
        await desk.call("ticket.create", "carol", title="t", body="b", priority=priority)
    return desk


async def listed(desk: Desk, **asked: Any) -> list[int]:
    return [ticket["ticket_id"] for ticket in await pages(desk, "bob", 2, order=DUE, **asked)]


async def test_the_soonest_due_is_the_first(promised: Desk) -> None:
    assert await listed(promised) == [3, 2, 4, 1]
    assert await listed(promised, view="unassigned") == [3, 2, 4, 1]
    assert await listed(promised, filter="-priority:high") == [3, 1]
    assert await listed(promised, view="closed") == []


async def test_an_answer_and_an_end_take_a_ticket_out(promised: Desk) -> None:
    await promised.call("message.reply", "bob", ticket_id=2, body="b")
    await promised.call("ticket.update", "bob", ticket_id=3, status="solved")
    assert await listed(promised) == [4, 1]
    await promised.call("ticket.update", "bob", ticket_id=3, status="open")
    await promised.call("ticket.update", "bob", ticket_id=1, priority="urgent")
    due = {
        ticket["ticket_id"]: ticket[DUE]
        for ticket in (await promised.call("ticket.list", "bob", filter="is:awaiting"))["tickets"]
    }
    assert await listed(promised) == sorted(due, key=lambda number: (due[number], number))
    assert set(due) == {1, 3, 4}


async def test_what_awaits_an_answer_is_found_by_a_filter(promised: Desk) -> None:
    assert sorted(await listed(promised, filter="is:awaiting")) == [1, 2, 3, 4]
    assert await listed(promised, filter="-is:awaiting") == []
    rest = (await promised.call("ticket.list", "bob", filter="-is:awaiting"))["tickets"]
    assert [ticket["ticket_id"] for ticket in rest] == [5]
    found = (await promised.call("search.tickets", "bob", query="is:awaiting priority:urgent"))["found"]
    assert [one["ticket"]["ticket_id"] for one in found] == [3]


@pytest.mark.parametrize("walk_limit", [3, 2000])
async def test_every_list_is_that_by_activity_in_another_order(
    desk: Desk, walk_limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.call("project.update", "alice", first_response_minutes=MINUTES, share_tags=True)
    await walk(desk, 120)
    monkeypatch.setattr(lists_by_due, "WALK_LIMIT", walk_limit)
    found = every_ticket(desk.paths.data)
    due = {ticket["ticket_id"]: ticket[DUE] for ticket in await pages(desk, "bob", 50, filter="is:awaiting")}
    assert due
    for text in FILTERS:
        wanted = sorted(due.keys() & set(expected(found, BOB, text, None)), key=lambda number: (due[number], number))
        assert await listed(desk, filter=text) == wanted, text


async def test_when_answers_are_due_is_the_teams(promised: Desk) -> None:
    for asked in ({"order": DUE}, {"filter": "is:awaiting"}, {"filter": "-is:awaiting"}):
        with pytest.raises(RpcFailure) as refused:
            await promised.call("ticket.list", "carol", **asked)
        assert refused.value.remote_reason == "forbidden"


@pytest.mark.parametrize("other", ["activity", "id"])
async def test_a_cursor_is_of_its_order(promised: Desk, other: str) -> None:
    for first, then in ((DUE, other), (other, DUE)):
        cursor = (await promised.call("ticket.list", "bob", limit=1, order=first))["next_cursor"]
        with pytest.raises(RpcFailure) as refused:
            await promised.call("ticket.list", "bob", limit=1, order=then, cursor=cursor)
        assert refused.value.remote_reason == "invalid-params"
        assert refused.value.data["faults"] == [f"cursor: not one of a list by {then}"]


@sqlite_only("asks for a plan of SQLite")
@pytest.mark.parametrize("text", ["", "tag:vpn", "-priority:low status:new"])
async def test_a_page_is_a_range_of_the_index(hero_root: Path, text: str) -> None:
    query = build_list_query(parse(text), BOB) if text else None
    statements: list[str] = []

    def trace(_cursor: object, sql: str, _bindings: object) -> bool:
        statements.append(sql)
        return True

    def plan(db: apsw.Connection) -> list[str]:
        db.exec_trace = trace
        lists_by_due.list_page(db, query, START_OF_SMALLEST, 50)
        db.exec_trace = None
        plans = [db.execute(f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?")) for sql in statements]
        return [str(row[3]) for rows in plans for row in rows]

    async with opened_sqlite(hero_root) as store:
        steps = await store.query(plan)
    assert any("INDEX tickets_by_first_response_due" in step for step in steps), steps
    assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN tickets ")], steps
