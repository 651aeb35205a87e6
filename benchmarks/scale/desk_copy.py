"""A desk of SQLite in PostgreSQL, with the search index of one node: row by row, as an import would have written it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import psycopg
from psycopg import sql

from hero_assistance_server.storage.postgres.database.connection import PostgresConnection, read_url
from hero_assistance_server.storage.postgres.database.last_ids import read_last_seq
from hero_assistance_server.storage.postgres.database.migrate import migrate, migrations
from hero_assistance_server.storage.postgres.search.index_file import FILE, IndexFile
from hero_assistance_server.storage.postgres.transfer.tables import OWN_TABLES

_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
_COLUMNS = """SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'hero_assistance' ORDER BY ordinal_position"""
# The tables of an FTS5 index, of which that of a node has the same columns and words.
_INDEX_TABLES = ("data", "idx", "docsize", "config")


def copy_desk(source: Path, url: str, node: Path) -> None:
    """Fill an empty database from a file, and write the index that a node with this data folder would make.

    The node would read every ticket for it, which takes longer than everything that is measured.
    """
    with closing(PostgresConnection(url)) as connection:
        migrate(connection, migrations())
    with (
        closing(apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READONLY)) as desk,
        psycopg.connect(autocommit=True, **read_url(url)) as database,
    ):
        # Neither foreign keys nor triggers: the rows are known to be right.
        database.execute("SET session_replication_role = replica")
        _copy_tables(desk, database)
        database.execute("VACUUM ANALYZE")
    node.mkdir(parents=True)
    with closing(PostgresConnection(url)) as connection:
        database_id, last_seq = connection.execute("SELECT database_id FROM identity").get, read_last_seq(connection)
    IndexFile(node, database_id, last_seq).close()
    _copy_index(source, node / FILE, last_seq)


def _copy_tables(desk: apsw.Connection, database: psycopg.Connection[Any]) -> None:
    columns: dict[str, list[str]] = {}
    for table, column in database.execute(_COLUMNS):
        columns.setdefault(table, []).append(column)
    tables = [table for (table,) in desk.execute(_TABLES) if table in columns and table not in OWN_TABLES]
    database.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
    for table in tables:
        names = ", ".join(columns[table])
        rows: Iterable[Any] = desk.execute(f"SELECT {names} FROM {table}")  # noqa: S608
        _copy_rows(database, table, columns[table], rows)


def _copy_rows(database: psycopg.Connection[Any], table: str, columns: list[str], rows: Iterable[Any]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with (
        database.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)) as copied,
    ):
        for row in rows:
            copied.write_row(row)


def _copy_index(source: Path, path: Path, last_seq: int) -> None:
    with closing(apsw.Connection(str(path))) as index:
        index.pragma("synchronous", "off")
        index.execute("ATTACH ? AS desk", (str(source),))
        with index:
            for name in _INDEX_TABLES:
                table = f"search_index_{name}"
                index.execute(f"DELETE FROM main.{table}")  # noqa: S608
                index.execute(f"INSERT INTO main.{table} SELECT * FROM desk.{table}")  # noqa: S608
            index.execute("UPDATE progress SET seq = ?, indexed_from = 1", (last_seq,))
