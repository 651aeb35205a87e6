"""What refers to a ticket, a message or a user: PostgreSQL finds it by an index, or is not told of it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.dialect import translate
from hero_assistance_server.storage.postgres.erasure import PostgresErasureEngine
from hero_assistance_server.storage.sql.erasure import tickets, user_trail
from hero_assistance_server.storage.sql.erasure.engine import UNINDEXED

# Of few rows: what admins and agents have made by hand.
SMALL = {"webhooks", "macros", "canned_replies"}
_LEADS_AN_INDEX = """SELECT count(*) FROM pg_index AS i JOIN pg_attribute AS c ON c.attrelid = i.indrelid
    AND c.attnum = i.indkey[0] WHERE i.indrelid = (?::text)::regclass AND c.attname = ?::text"""


@pytest.fixture
def connection(postgres_url: str) -> Iterator[PostgresConnection]:
    opened = PostgresConnection(postgres_url)
    yield opened
    opened.close()


@pytest.mark.parametrize("parent", ["tickets", "messages", "users"])
def test_what_refers_is_found_by_an_index(connection: PostgresConnection, parent: str) -> None:
    references = PostgresErasureEngine(connection).list_references(parent)
    assert len(references) > 3
    for table, column in references:
        assert (table, column) not in UNINDEXED
        is_indexed = connection.execute(_LEADS_AN_INDEX, (table, column)).get > 0
        assert is_indexed != (table in SMALL), (table, column)


def test_what_something_refers_to_is_not_deleted(connection: PostgresConnection) -> None:
    connection.execute("INSERT INTO users (user_id, name, role, created_at) VALUES ('a', 'A', 'agent', 0)")
    connection.execute("INSERT INTO logins (login, folded, user_id, bound_at) VALUES ('a', 'a', 'a', 0)")
    with pytest.raises(psycopg.errors.ForeignKeyViolation, match="logins"):
        PostgresErasureEngine(connection).delete_unreferenced("users", "user_id", '["a"]')


def test_entries_about_files_are_found_by_an_index(connection: PostgresConnection) -> None:
    """The pattern of the statement is that of the index."""
    connection.execute("SET enable_seqscan = off")
    statements = [text for text in (*tickets.UPDATES, *user_trail.FORGET_ACCOUNT) if "attachment" in text]
    assert len(statements) == 2
    plans = [plan_of(connection, statement) for statement in statements]
    assert "audit_of_attachment" in plans[0]
    assert "audit_of_actor" in plans[1]


def plan_of(connection: PostgresConnection, statement: str) -> str:
    translated = translate(statement)
    values = dict.fromkeys(translated.names or (), "[]")
    return "\n".join(row[0] for row in connection.execute(f"EXPLAIN {statement}", values))
