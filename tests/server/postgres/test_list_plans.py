"""How PostgreSQL reads a list: as far as its page goes, and not all that it has."""

from __future__ import annotations

from contextlib import closing

import pytest

from hero_assistance_sdk.wire import Status
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.sql.tickets.ticket_lists import WALK_LIMIT, list_page, walk_of
from hero_assistance_server.tickets.repository import START
from tests.server.postgres.test_nodes import create, node

_ROWS = """INSERT INTO listings (scope, status, at, ticket_id)
    SELECT 'all', status, number, number FROM generate_series(1, 20000) AS numbers (number),
    (VALUES ('closed'), ('solved'), ('open')) AS statuses (status)"""


@pytest.mark.parametrize("statuses", [(Status.CLOSED,), (Status.CLOSED, Status.SOLVED, Status.OPEN)])
def test_the_branches_of_a_walk_are_merged_and_not_sorted(postgres_url: str, statuses: tuple[Status, ...]) -> None:
    walk = walk_of([("all", status) for status in statuses], START)
    assert walk is not None
    with closing(PostgresConnection(postgres_url)) as connection:
        connection.execute(_ROWS)
        connection.execute("ANALYZE listings")
        plan = "\n".join(row for (row,) in connection.execute(f"EXPLAIN {walk.sql}", walk.bindings))
        found = list(connection.execute(walk.sql, walk.bindings))
    assert "Sort  (" not in plan, plan
    assert len(found) == WALK_LIMIT
    assert found[0][:2] == (20000, 20000)


_MORE_TICKETS = """INSERT INTO tickets SELECT more.* FROM tickets CROSS JOIN LATERAL generate_series(2, 20000) AS number
    CROSS JOIN LATERAL jsonb_populate_record(tickets, jsonb_build_object('ticket_id', number, 'updated_at', number))
    AS more"""


@pytest.mark.anyio
async def test_the_plan_of_the_list_of_all_tickets_is_kept(postgres_url: str) -> None:
    async with node(postgres_url) as one:
        await one.write(create)
    with closing(PostgresConnection(postgres_url)) as connection:
        connection.run_script(_MORE_TICKETS)
        connection.execute("ANALYZE")
        for _ in range(20):
            assert len(list_page(connection, None, START, 51).rows) == 51
        plans = list(connection.execute("SELECT custom_plans, generic_plans > 0 FROM pg_prepared_statements"))
    # PostgreSQL makes five plans for their values before it compares them with one for all.
    assert plans == [(5, True)]
