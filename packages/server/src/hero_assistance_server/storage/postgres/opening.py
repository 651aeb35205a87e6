"""Opens the database that a node works on: checked before anything is written, and brought up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta

import psycopg

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.storage.errors import DatabaseUnusable, StoreUnavailable
from hero_assistance_server.storage.postgres.database.clock import NOW
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.postgres.database.errors import STANDBY_HINT, STORAGE_ERRORS, describe_error
from hero_assistance_server.storage.postgres.database.migrate import migrate, migrations, refuse_newer
from hero_assistance_server.storage.postgres.database.timelines import begin_timeline
from hero_assistance_server.storage.postgres.nodes.access_log import forget_old
from hero_assistance_server.timestamps import millis

# The oldest that its project still mends; tests run with the one that is installed.
OLDEST_MAJOR = 15
# Each start of a node has a row of its own, which only that node looks for, and right after it wrote it.
NODES_KEPT = timedelta(days=1)
_FORGET_NODES = f"DELETE FROM nodes WHERE seen_at < ? AND lease_until < {NOW}"  # noqa: S608
_ENCODING = "SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"

_REFUSES = "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')::boolean"

_log = get_log("store")


def open_up_to_date(url: str, now: datetime) -> PostgresConnection:
    """Return the connection that writes, after the migrations that are missing; forgets nodes and changes of long ago.

    Raises `DatabaseTooNew`, `DatabaseUnusable`, `SettingError` or `StoreUnavailable`.
    """
    with translated_errors():
        connection = connect(url)
        try:
            require_usable(connection)
            for name in migrate(connection, migrations()):
                _log.info("store.migrated", migration=name)
            begin_timeline(connection)
            connection.execute(_FORGET_NODES, (millis(now - NODES_KEPT),))
            forget_old(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def check_database(url: str) -> None:
    """Raise what `open_up_to_date` would, and write nothing; a database that is still empty passes."""
    with translated_errors(), closing(connect(url)) as connection:
        require_usable(connection)
        refuse_newer(connection, migrations())


def connect(url: str) -> PostgresConnection:
    """Connect to the host that takes writes; raises `StoreUnavailable` where none does, and `psycopg.Error`."""
    try:
        return PostgresConnection(url)
    except psycopg.OperationalError as error:
        refusal = _find_refusal(url)
        if refusal is None:
            raise
        raise refusal from error


def _find_refusal(url: str) -> StoreUnavailable | None:
    """Return why a host that answers takes no writes; libpq says it only in words.

    `None` where none answers, or where one has begun to take them.
    """
    try:
        connection = PostgresConnection(url, takes_writes=False)
    except psycopg.OperationalError:
        return None
    with closing(connection):
        is_standby, is_read_only = connection.execute(_REFUSES).get
    if is_standby:
        return StoreUnavailable(
            "the database cannot be opened: it is a standby, which takes no writes", hint=STANDBY_HINT
        )
    if is_read_only:
        return StoreUnavailable(
            "the database cannot be opened: it takes no writes: default_transaction_read_only is on",
            hint="switch that setting off, of PostgreSQL, of the database or of the user",
        )
    return None


def require_usable(connection: PostgresConnection) -> None:
    """Raise `DatabaseUnusable` for a PostgreSQL that is too old, or a database in another encoding."""
    major = connection.server_version // 10_000
    if major < OLDEST_MAJOR:
        raise DatabaseUnusable(
            f"the database is PostgreSQL {major}; this release needs {OLDEST_MAJOR} or newer",
            hint="upgrade PostgreSQL, or name another one in DATABASE",
        )
    encoding = connection.execute(_ENCODING).get
    if encoding != "UTF8":
        raise DatabaseUnusable(
            f"the database is in the encoding {encoding}; texts need UTF8",
            hint="make another one: CREATE DATABASE desk ENCODING 'UTF8' TEMPLATE template0",
        )


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise `StoreUnavailable` for what the network, PostgreSQL or an operator causes."""
    try:
        yield
    except STORAGE_ERRORS as error:
        reason, hint = describe_error(error)
        told = hint or "see the secret DATABASE: hero_assistance secret get DATABASE"
        raise StoreUnavailable(f"the database cannot be opened: {reason}", hint=told) from error
