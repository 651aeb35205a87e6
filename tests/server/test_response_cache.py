"""What is kept of what callers are shown: the same as what is made anew, and never more than there is room for."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_server.rpc.example_fixtures import make_listed as listed_as
from hero_assistance_server.rpc.response_cache import ResponseCache, RowCache
from hero_assistance_server.storage.sql.json_rows import texts
from hero_assistance_server.tickets.rpc import TicketPage
from tests.capabilities import sqlite_only
from tests.server.desk import Desk
from tests.server.store_fixtures import opened, opened_sqlite

pytestmark = pytest.mark.anyio

ODD = 'a "quoted"\nline\r\n\u2028 \U0001f4a9 \\n'


def page(number: int) -> Encoded[TicketPage]:
    return Encoded.of(TicketPage, tickets=[], next_cursor=None, seq=number)


@sqlite_only("reads JSON by SQLite's functions")
async def test_rows_come_in_order_and_whole(paths: Paths) -> None:
    async with opened_sqlite(paths.root / "data") as store:
        rest = "FROM (SELECT 1 AS a, ? AS b UNION ALL SELECT 3, 'c' UNION ALL SELECT 2, NULL) ORDER BY a LIMIT 10"
        rows = await store.query(lambda db: texts(db, "a, b", rest, (ODD,)))
        assert [json.loads(row) for row in rows] == [[1, ODD], [2, None], [3, "c"]]
        nothing = rest.replace("LIMIT 10", "LIMIT 0")
        assert await store.query(lambda db: texts(db, "a, b", nothing, (ODD,))) == []


def test_a_row_is_made_once_while_there_is_room() -> None:
    made: list[str] = []

    def encode(row: str) -> bytes:
        made.append(row)
        return row.encode()

    rows = RowCache(encode, limit=400)
    for _ in range(3):
        assert rows.encode_each(["1", "2"]) == [b"1", b"2"]
    assert made == ["1", "2"]
    for number in range(100, 1000):
        rows.encode_each(["1", str(number)])
        assert sum(len(row) * 2 for kept in (rows._young, rows._old) for row in kept) <= 400
    # What is asked for all the time is kept; it is made again only when the others have pushed it out twice over.
    assert made.count("1") == 1
    assert rows.encode_each([]) == []


async def test_an_answer_holds_until_the_next_commit(paths: Paths) -> None:
    made = 0

    async def make() -> Encoded[TicketPage]:
        nonlocal made
        made += 1
        return page(made)

    async with opened(paths.root / "data") as store:
        answers = ResponseCache(store)
        assert [await answers.answer("k", make) for _ in range(3)] == [page(1)] * 3
        assert await answers.answer("other", make) == page(2)
        await store.write(lambda _transaction: None)
        assert await answers.answer("k", make) == page(3)


async def test_an_answer_that_a_commit_overtook_is_not_kept(paths: Paths) -> None:
    async with opened(paths.root / "data") as store:
        answers = ResponseCache(store)

        async def overtaken() -> Encoded[TicketPage]:
            await store.write(lambda _transaction: None)
            return page(1)

        async def make() -> Encoded[TicketPage]:
            return page(2)

        assert await answers.answer("k", overtaken) == page(1)
        assert await answers.answer("k", make) == page(2)


async def test_answers_are_kept_within_their_limit(paths: Paths) -> None:
    async def make() -> Encoded[TicketPage]:
        return page(1)

    async with opened(paths.root / "data") as store:
        answers = ResponseCache(store, limit=3 * len(page(1).json))
        for number in range(10):
            await answers.answer(number, make)
        assert len(answers._kept) == 3


async def test_who_changed_something_reads_it_at_once(desk: Desk) -> None:
    """With others asking for the same list all the time, and so keeping its answer alive."""
    stop = asyncio.Event()

    async def ask() -> None:
        while not stop.is_set():
            await desk.call("ticket.list", "bob")

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(ask())
        try:
            for number in range(1, 41):
                filed = await desk.call("ticket.create", "carol", title=f"t{number}", body=ODD)
                for user in ("bob", "carol"):
                    listed = await desk.call("ticket.list", user)
                    assert listed["tickets"][0] == listed_as(filed, unread=None), (number, user)
        finally:
            stop.set()


async def test_the_list_is_what_each_ticket_is(desk: Desk) -> None:
    """Row by row as `ticket.get` answers, for every audience."""
    for number in range(3):
        await desk.call("ticket.create", "carol", title=f"t{number}", body=ODD, tags=["\u2603"])
    await desk.call("message.note", "bob", ticket_id=2, body="n")
    for user in ("alice", "bob", "carol"):
        listed: list[dict[str, Any]] = (await desk.call("ticket.list", user, unread=True))["tickets"]
        assert [ticket["ticket_id"] for ticket in listed] == ([3, 2, 1] if user == "carol" else [2, 3, 1])
        whole = [await desk.call("ticket.get", user, ticket_id=ticket["ticket_id"]) for ticket in listed]
        reads = (await desk.call("read.list", user, ticket_ids=[ticket["ticket_id"] for ticket in listed]))["reads"]
        counts = [read["unread"] for read in reads]
        assert listed == [listed_as(ticket, unread=count) for ticket, count in zip(whole, counts, strict=True)]
