"""The two engines' schemas are in lock-step: the same version has the same tables with the same columns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from hero_assistance_server.storage.errors import DatabaseTooNew
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.migrate import LOCK, migrate, migrations
from hero_assistance_server.storage.postgres.transfer.tables import OWN_TABLES
from hero_assistance_server.storage.sqlite.database import migrate as sqlite
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from tests.postgres import Cluster
from tests.server.postgres.test_nodes import set_default

# What one engine has alone.
ONLY_POSTGRESQL = OWN_TABLES
ONLY_SQLITE = {"search_rebuild"}
TYPES = {"INTEGER": "bigint", "TEXT": "text", "BLOB": "bytea"}

Columns = dict[str, list[tuple[str, str, bool]]]


def sqlite_columns(folder: Path) -> Columns:
    """Return each table's columns with their types, and whether each is never null."""
    connection = open_writer(folder / "desk.db")
    sqlite.migrate(connection, sqlite.migrations())
    found: Columns = {}
    for table, name, kind, not_null, key in connection.execute(
        """SELECT m.name, c.name, c.type, c."notnull", c.pk FROM sqlite_master AS m, pragma_table_info(m.name) AS c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'search_index%' ORDER BY c.cid"""
    ):
        found.setdefault(table, []).append((name, TYPES[kind], bool(not_null or key)))
    connection.close()
    return {table: columns for table, columns in found.items() if table not in ONLY_SQLITE}


def postgres_columns(url: str) -> Columns:
    found: Columns = {}
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """SELECT table_name, column_name, data_type, is_nullable = 'NO' FROM information_schema.columns
            WHERE table_schema = 'hero_assistance' ORDER BY ordinal_position"""
        )
        for table, name, kind, not_null in rows:
            found.setdefault(table, []).append((name, kind, not_null))
    return {table: columns for table, columns in found.items() if table not in ONLY_POSTGRESQL}


def test_both_engines_have_the_same_version() -> None:
    assert migrations()[-1].number == sqlite.migrations()[-1].number


def test_both_engines_have_the_same_columns(postgres_url: str, tmp_path: Path) -> None:
    assert postgres_columns(postgres_url) == sqlite_columns(tmp_path)


def test_every_text_is_compared_by_its_bytes(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        others = connection.execute(
            """SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'hero_assistance'
            AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C' AND table_name <> 'versions'"""
        ).fetchall()
    assert others == []


def test_a_database_that_is_up_to_date_is_left_alone(postgres_url: str) -> None:
    connection = PostgresConnection(postgres_url)
    assert migrate(connection, migrations()) == []
    connection.close()


def test_an_empty_database_gets_everything(postgres_cluster: Cluster) -> None:
    connection = PostgresConnection(postgres_cluster.create_database())
    assert migrate(connection, migrations()) == [migration.name for migration in migrations()]
    connection.close()


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
def test_of_two_who_open_an_empty_database_one_makes_it(postgres_cluster: Cluster, isolation: str) -> None:
    """The other one waits, and sees what was made meanwhile: at any default isolation."""
    url = postgres_cluster.create_database()
    set_default(postgres_cluster, url, f"default_transaction_isolation = '{isolation}'")
    waiting = "SELECT count(*) = 2 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%advisory%'"

    def open_it() -> list[str]:
        with closing(PostgresConnection(url)) as connection:
            return migrate(connection, migrations())

    with ThreadPoolExecutor() as threads, psycopg.connect(url) as first:
        first.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        opened = [threads.submit(open_it) for _ in range(2)]
        postgres_cluster.wait_until(waiting)
        first.commit()
        names = [name for each in opened for name in each.result()]
    assert names == [migration.name for migration in migrations()]


def test_a_newer_database_is_refused(postgres_url: str) -> None:
    connection = PostgresConnection(postgres_url)
    connection.execute("INSERT INTO versions (number, name) VALUES (?, ?)", (9999, "9999_later.sql"))
    with pytest.raises(DatabaseTooNew, match="version 9999"):
        migrate(connection, migrations())
    connection.close()
