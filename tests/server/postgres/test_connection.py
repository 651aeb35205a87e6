"""A connection to PostgreSQL: what it asks of the server, and what it keeps."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest

from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.postgres.database import connection as connections
from hero_assistance_server.storage.postgres.database.connection import PORTION, PostgresConnection, read_url
from hero_assistance_server.storage.postgres.database.connection_pool import ConnectionPool
from hero_assistance_server.storage.postgres.database.dialect import translate
from tests.postgres import Cluster, name_of


def test_a_server_that_is_gone_is_noticed_before_callers_give_up() -> None:
    found = read_url("postgresql://desk@db.example/desk")
    assert found["tcp_user_timeout"] == 10_000
    assert found["keepalives_idle"] + found["keepalives_interval"] * found["keepalives_count"] <= 10


def test_the_url_may_say_otherwise() -> None:
    found = read_url("postgresql://desk@db.example/desk?connect_timeout=30&keepalives_idle=60&options=-c%20geqo%3Doff")
    assert (found["connect_timeout"], found["keepalives_idle"]) == ("30", "60")
    assert "-c geqo=off" in found["options"]
    assert found["options"].endswith("-c search_path=hero_assistance,pg_catalog")


def test_a_transaction_that_stands_still_is_ended(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_IN_TRANSACTION_MS", 200)
    lock = "SELECT last_id FROM last_ids WHERE name = 'events' FOR UPDATE"
    with closing(PostgresConnection(postgres_url)) as stopped, closing(PostgresConnection(postgres_url)) as other:
        stopped.execute("BEGIN")
        stopped.execute(lock)
        other.execute("SET lock_timeout = '20s'")
        assert other.execute(lock).get == 0
        with pytest.raises(psycopg.Error):
            stopped.execute("COMMIT")
        assert stopped.is_lost


def test_a_user_without_rights_is_no_defect(postgres_url: str, postgres_cluster: Cluster) -> None:
    name = name_of(postgres_url)
    postgres_cluster.execute("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN")
    pool = ConnectionPool(f"postgresql://stranger@/{name}?host={postgres_cluster.folder}")
    with closing(pool), pytest.raises(StoreUnavailable, match="it gives this user too few rights"):
        pool.run(lambda connection: connection.execute("SELECT user_id FROM hero_assistance.users").get)


def test_a_walk_leaves_nothing_behind(postgres_url: str) -> None:
    count = 2 * PORTION + 1
    with closing(PostgresConnection(postgres_url)) as connection:
        connection.execute("BEGIN")
        translate.cache_clear()
        for _ in range(3):
            rows = connection.walk("SELECT number FROM generate_series(1, ?) AS numbers (number)", (count,))
            assert [row[0] for row in rows] == list(range(1, count + 1))
        assert translate.cache_info().currsize == 1
        assert list(connection.execute("SELECT name FROM pg_cursors WHERE name LIKE 'walk%'")) == []


def test_a_query_sees_what_was_committed_before_its_first_statement(postgres_url: str) -> None:
    """It may have waited for a lock before."""
    write = "UPDATE last_ids SET last_id = 7 WHERE name = 'events'"

    def query(connection: PostgresConnection) -> tuple[object, object]:
        with closing(PostgresConnection(postgres_url)) as other:
            other.execute(write)
        return connection.last_seq, connection.execute("SELECT last_id FROM last_ids WHERE name = 'events'").get

    with closing(ConnectionPool(postgres_url)) as pool:
        assert pool.run(query) == (7, 7)


def test_a_query_that_could_not_begin_hinders_none_after_it(postgres_url: str) -> None:
    with closing(ConnectionPool(f"{postgres_url}&options=-c%20lock_timeout%3D50ms")) as pool:
        with closing(PostgresConnection(postgres_url)) as other:
            other.execute("BEGIN")
            other.execute("LOCK TABLE last_ids IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(StoreUnavailable, match="PostgreSQL fails with 55P03"):
                pool.run(lambda connection: connection.last_seq)
        assert pool.run(lambda connection: connection.last_seq) == 0
