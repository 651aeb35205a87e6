"""What an operator wants to know of the database: where it is, whether it takes writes, and who works on it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

import psycopg

from hero_assistance_server.storage.postgres.database.clock import NOW
from hero_assistance_server.storage.postgres.database.connection import SCHEMA, PostgresConnection
from hero_assistance_server.storage.postgres.opening import connect, require_usable, translated_errors

_STATE = """SELECT current_database()::text, coalesce(host(inet_server_addr()), 'a socket of this machine'),
    current_setting('server_version'), (NOT pg_is_in_recovery())::int, pg_database_size(current_database()),
    (SELECT count(*) FROM pg_stat_replication),
    (current_setting('synchronous_standby_names') <> ''
        AND current_setting('synchronous_commit') NOT IN ('off', 'local'))::int,
    coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), FALSE)::int"""
_HAS_SCHEMA = f"SELECT to_regclass('{SCHEMA}.versions') IS NOT NULL"
_NODES = f"SELECT (SELECT max(number) FROM versions), (SELECT count(*) FROM nodes WHERE lease_until > {NOW})"  # noqa: S608


@dataclass(frozen=True, slots=True)
class DatabaseReport:
    """The database as it is now; `schema` is `None` before the first start of a node.

    `host` is the address that answered, which may be one of several: the primary where it is there. `is_synchronous` is
    whether commits wait for a standby.
    """

    database: str
    host: str
    version: str
    is_primary: bool
    size: int
    standbys: int
    is_synchronous: bool
    is_encrypted: bool
    schema: int | None
    nodes: int


def report_database(url: str) -> DatabaseReport:
    """Ask a database; raises what `opening.check_database` raises, but nothing for a newer schema."""
    with translated_errors(), closing(_connect(url)) as connection:
        require_usable(connection)
        database, host, version, is_primary, size, standbys, is_synchronous, is_encrypted = connection.execute(
            _STATE
        ).get
        schema, nodes = connection.execute(_NODES).get if connection.execute(_HAS_SCHEMA).get else (None, 0)
        words = version.split()
        return DatabaseReport(
            database,
            host,
            words[0],
            bool(is_primary),
            size,
            standbys,
            bool(is_synchronous),
            bool(is_encrypted),
            schema,
            nodes,
        )


def _connect(url: str) -> PostgresConnection:
    """Connect to the primary, or where there is none to a standby."""
    try:
        return PostgresConnection(url)
    except psycopg.OperationalError as error:
        try:
            connection = PostgresConnection(url, takes_writes=False)
        except psycopg.OperationalError:
            raise error from None
    if not connection.execute("SELECT pg_is_in_recovery()").get:
        connection.close()
        return connect(url)
    return connection
