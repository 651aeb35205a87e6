"""What SQLite does for a list: a page needs no sort and no scan, and a number comes from an index."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.wire import Status, UserId
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.sql.repositories import messages, tags
from hero_assistance_server.storage.sql.tickets import read_receipts, ticket_lists
from hero_assistance_server.storage.sql.tickets.ticket_columns import COLUMNS
from hero_assistance_server.ticket_lists.list_query import ListQuery, build_list_query
from hero_assistance_server.tickets.repository import START
from tests.capabilities import sqlite_only
from tests.server.store_fixtures import opened_sqlite
from tests.server.test_lists import BOB, CAROL, FILTERS

pytestmark = [pytest.mark.anyio, sqlite_only("asks for a plan of SQLite")]


@pytest.mark.parametrize("text", FILTERS)
@pytest.mark.parametrize("outside", [None, UserId("carol")])
async def test_a_page_needs_no_sort_and_no_scan(hero_root: Path, text: str, outside: UserId | None) -> None:
    sought = build_list_query(parse(text), CAROL if outside else BOB)

    def plan(db: apsw.Connection) -> list[str]:
        # Every scope with every status: the widest walk there is.
        groups = sought.within or (frozenset({"all"}),)
        walk = ticket_lists.walk_of([(scope, status) for scope in sorted(groups[0]) for status in Status], START)
        if outside is not None:
            walk = ticket_lists._walk(db, sought, START, outside)
        if walk is None:
            return []
        query = ticket_lists.build_page_query(walk, sought, outside, 50)
        return [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN SELECT {COLUMNS} {query.sql}", query.bindings)]

    async with opened_sqlite(hero_root) as store:
        steps = await store.query(plan)
    assert not any("TEMP B-TREE" in step for step in steps), steps
    assert [step for step in steps if step.startswith("SCAN")] in ([], ["SCAN walk"]), steps


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (tags._COUNTS, "SEARCH tallies USING PRIMARY KEY (scope>? AND scope<?)"),
        ("SELECT status, count FROM tallies WHERE scope = ?", "SEARCH tallies USING PRIMARY KEY (scope=?)"),
        (read_receipts._TICKETS_OF_CUSTOMER, "SEARCH places USING PRIMARY KEY (user_id=?)"),
        (read_receipts._UNREAD, "SEARCH messages USING INDEX messages_of_ticket (ticket_id=? AND created_at>?)"),
        (read_receipts._UNREAD, "SEARCH messages USING INDEX messages_moved (ticket_id=? AND read_on>?)"),
        (
            f"{messages.SELECT} WHERE ticket_id = ? {messages._ORDER}",
            "SEARCH messages USING INDEX messages_of_ticket (ticket_id=?)",
        ),
    ],
)
async def test_numbers_come_from_an_index(hero_root: Path, query: str, index: str) -> None:
    """The first step is a range of an index; nothing is sorted, and no table of tickets or messages is scanned."""
    async with opened_sqlite(hero_root) as store:
        count = 4 if "?4" in query else query.count("?")
        plan = await store.query(
            lambda db: [str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {query}", (1,) * count)]
        )
    assert index in plan, plan
    assert not any("TEMP B-TREE" in step or step.startswith(("SCAN tickets", "SCAN messages")) for step in plan), plan


def test_a_single_scope_is_counted_by_its_tallies() -> None:
    assert ListQuery().counted_scope == "all"
    assert build_list_query(parse("tag:vpn status:open"), BOB).counted_scope == "tag:vpn"
    for text in ("tag:a tag:b", "-tag:a", "after:2026-01-01", "assignee:a assignee:b"):
        assert build_list_query(parse(text), BOB).counted_scope is None
