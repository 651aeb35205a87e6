"""How PostgreSQL reads a list: as far as its page goes, and not all that it has."""

from __future__ import annotations

from contextlib import closing

import pytest

from hero_assistance_sdk.wire import Status
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.sql.tickets.ticket_lists import WALK_LIMIT, walk_of
from hero_assistance_server.tickets.repository import START

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
