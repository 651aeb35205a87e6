"""A connection to PostgreSQL as the repositories use it: implements `Connection` of the shared statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.generators import fetch_many
from psycopg.pq import TransactionStatus

from hero_assistance_sdk.errors import SettingError
from hero_assistance_sdk.wire import Seq
from hero_assistance_server.storage.postgres.database.dialect import translate
from hero_assistance_server.storage.postgres.database.old_primaries import is_old, list_orders
from hero_assistance_server.storage.postgres.database.row_inserts import READ_TYPES, RowInserts, encode_columns
from hero_assistance_server.storage.postgres.database.values import register_values
from hero_assistance_server.storage.sql.bulk_insert import InsertsRows, Row
from hero_assistance_server.storage.sql.connection import Bindings, Value

# Everything of ours is in a schema of this name; its functions come before PostgreSQL's own of the same name.
SCHEMA = "hero_assistance"
_SEARCH_PATH = f"{SCHEMA},pg_catalog"
# A node that stops or is cut off within a group holds the lock that all nodes wait for: PostgreSQL ends its connection
# by the time that callers give up, and does not wait for hours as TCP does.
IDLE_IN_TRANSACTION_MS = 10_000
# What the URL may say otherwise. A server that is gone is noticed within 10 s, also while an answer is waited for. Of
# several hosts, or addresses of one, the primary is used, also after a fail-over: what a standby has may be of before.
_DEFAULTS: dict[str, str | int] = {
    "application_name": "hero_assistance_server",
    "connect_timeout": 5,
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "target_session_attrs": "read-write",
}
_SCHEMES = ("postgresql://", "postgres://")
_FORM = "it has the form postgresql://USER:PASSWORD@HOST/DATABASE; a password is percent-encoded"
# Everything that is read is of one moment, and nothing is written.
BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Each statement sees what was committed until then, also while a lock was waited for; said for a database that has
# another default.
BEGIN_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"
_LAST_SEQ = f"SELECT last_id FROM {SCHEMA}.last_ids WHERE name = 'events'"  # noqa: S608
# What every node listens to; the text of a notice is the number of the last event, and the id of the node that
# committed.
CHANNEL = "hero_assistance"
# Of a walk, as many rows as are asked for at once: a page of a list, and one more.
PORTION = 64
# Statements that stay prepared on a connection: those of every repository that one is asked for often.
_PREPARED = 256


class PostgresCursor:
    """The rows of one statement, all of which are here."""

    def __init__(self, cursor: psycopg.RawCursor[Any]) -> None:
        self._cursor = cursor

    @property
    def get(self) -> Any:
        """The only value of the first row, the row if it has several, or `None` without a row."""
        row = self.fetchone()
        return row[0] if row is not None and len(row) == 1 else row

    def fetchone(self) -> Any:
        """Return the next row, or `None`."""
        return self._cursor.fetchone() if self._cursor.description else None

    def __iter__(self) -> Iterator[Any]:
        # All at once: one by one takes several times as long.
        return iter(self._cursor.fetchall() if self._cursor.description else ())

    def __next__(self) -> Any:
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row


class PostgresConnection(InsertsRows):
    """One connection; a transaction is begun and ended by statements.

    `takes_writes` is false for who wants to know of a standby.
    """

    def __init__(self, url: str, *, takes_writes: bool = True) -> None:
        self._url = url
        self._connection = _connect(url, takes_writes=takes_writes)
        # Another one after each reconnection, which may lead to another primary.
        self.number = 1
        # Whether the next statement is to begin a transaction that reads.
        self._begins_reading = False
        self._last_seq: Seq | None = None
        # Whether the answer to an END is still to be read.
        self._is_ending = False
        self._changes = 0
        self._total_changes = 0
        self._walks = 0
        self._inserts: RowInserts | None = None
        # What `gathered_inserts` keeps, by statement; `None` outside of it.
        self._gathered: dict[str, Sequence[Row]] | None = None

    def reconnect(self) -> None:
        """Connect once more after the connection was lost; raises `psycopg.OperationalError`."""
        self._connection.close()
        self._connection = _connect(self._url)
        self._is_ending = False
        self.number += 1

    def begin(self, statements: str) -> list[list[Any]]:
        """Begin a transaction and return the rows of each of these statements, which have no values, in one journey.

        A connection that was lost since the last transaction is made again, as nothing goes with it.
        """
        if not self.is_lost:
            try:
                return self._run_all(statements)
            except psycopg.Error:
                if not self.is_lost:
                    raise
        self.reconnect()
        return self._run_all(statements)

    def begin_reading(self) -> None:
        """Have the next statement begin a transaction that reads.

        It sees what is committed by then: also what a query waits for before it reads, such as a lock.
        """
        self._begins_reading = True

    @property
    def last_seq(self) -> Seq | None:
        """The last event of what a transaction of `begin_reading` sees, `None` without one."""
        self._begin_wanted()
        return self._last_seq

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is written within, or nothing; raises `psycopg.Error` when the connection was lost before."""
        self.execute(BEGIN_WRITING)
        try:
            yield
            self.execute("COMMIT")
        finally:
            self.roll_back()

    def roll_back(self) -> None:
        """Undo the transaction, if there is one."""
        if self.in_transaction:
            self.execute("ROLLBACK")

    def finish_reading(self) -> None:
        """End a transaction that wrote nothing, if there is one; what follows waits for the answer, and no one before.

        Not by a ROLLBACK: after that, psycopg has no statement stay prepared.
        """
        self._begins_reading, self._last_seq = False, None
        if self.in_transaction:
            # Another word for COMMIT, which tests let be lost.
            self._connection.pgconn.send_query(b"END")
            self._is_ending = True

    @property
    def server_version(self) -> int:
        """The version of PostgreSQL, such as 150004."""
        return self._connection.info.server_version

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, or one that failed is to be rolled back."""
        return self._connection.info.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}

    @property
    def is_lost(self) -> bool:
        """Whether the connection is gone."""
        return self._connection.closed or self._connection.info.transaction_status == TransactionStatus.UNKNOWN

    def execute(self, statements: str, bindings: Bindings | None = None, /) -> PostgresCursor:
        """Run a statement with these values."""
        if self._gathered:
            self._insert_gathered()
        statement = translate(statements)
        cursor = self._run(statement.text, statement.order(bindings))
        self._count(cursor)
        return PostgresCursor(cursor)

    def executemany(self, statements: str, sequenceofbindings: Iterable[Bindings], /) -> PostgresCursor:
        """Run a statement for each of these, in one journey."""
        if self._gathered:
            self._insert_gathered()
        self._begin_wanted()
        statement = translate(statements)
        cursor: Any = self._idle().cursor()
        try:
            cursor.executemany(statement.text, [statement.order(bindings) for bindings in sequenceofbindings])
        except psycopg.Error:
            self._total_changes += 1
            raise
        self._count(cursor)
        return PostgresCursor(cursor)

    def insert_rows(self, statement: str, rows: Sequence[Row]) -> None:
        """Run `INSERT ... VALUES {rows} ...` for these rows; within `gathered_inserts`, with the next statement."""
        if not rows:
            return
        if self._gathered is None:
            self._insert(statement, rows)
            return
        if statement in self._gathered:
            self._insert_gathered()
        self._gathered[statement] = rows

    @contextmanager
    def gathered_inserts(self) -> Iterator[None]:
        """Have rows that are inserted within wait for the next statement, and for `execute_with_inserts`."""
        self._gathered = {}
        try:
            yield
            self._insert_gathered()
        finally:
            self._gathered = None

    def execute_with_inserts(self, parts: str, statement: str, values: Sequence[Value]) -> None:
        """Run `WITH parts statement` in PostgreSQL's own words, and as more parts of it insert what was gathered."""
        # In an order of their own: the same tables are the same statement, which stays prepared.
        gathered = sorted((self._gathered or {}).items())
        self._gathered = None if self._gathered is None else {}
        inserts = tuple(one for one, _ in gathered)
        with_parts = self._row_inserts().write_parts(parts, inserts, len(values) + 1)
        arrays = [array for _, rows in gathered for array in encode_columns(rows)]
        self._run(f"{with_parts} {statement}", [*values, *arrays])
        self._total_changes += sum(len(rows) for _, rows in gathered)

    def _insert_gathered(self) -> None:
        gathered, self._gathered = self._gathered or {}, {}
        for statement, rows in gathered.items():
            self._insert(statement, rows)

    def _insert(self, statement: str, rows: Sequence[Row]) -> None:
        self._count(self._run(self._row_inserts().write(statement), encode_columns(rows)))

    def _row_inserts(self) -> RowInserts:
        if self._inserts is None:
            found = self._run(translate(READ_TYPES).text, (SCHEMA,)).fetchall()
            self._inserts = RowInserts({(table, column): name for table, column, name in found})
        return self._inserts

    def run_script(self, statements: str) -> None:
        """Run many statements without values, which are in PostgreSQL's own words."""
        self._idle().execute(statements.encode(), prepare=False)

    def walk(self, statement: str, bindings: Bindings) -> Iterator[Any]:
        """Return the rows of a statement without a limit, `PORTION` of them at a time."""
        self._walks += 1
        name = f"walk_{self._walks}"
        walked = translate(statement)
        # Each has a name of its own, so that none is worth being kept.
        self._run(f"DECLARE {name} NO SCROLL CURSOR FOR {walked.text}", walked.order(bindings), prepare=False)
        is_full = True
        while is_full:
            rows = self._run(f"FETCH {PORTION} FROM {name}", prepare=False).fetchall()
            yield from rows
            is_full = len(rows) == PORTION
        self._run(f"CLOSE {name}", prepare=False)

    def listen(self, channel: str) -> None:
        """Have the notices of all nodes on a channel sent to this connection."""
        self._idle().execute(f"LISTEN {channel}".encode())

    def wait_for_notices(self, timeout: float) -> list[tuple[str, str]]:
        """Wait for notices, at most so many seconds; returns channel and text of those that came together."""
        heard = self._idle().notifies(timeout=timeout, stop_after=1)
        return [(notice.channel, notice.payload) for notice in heard]

    def changes(self) -> int:
        """Return how many rows the last INSERT, UPDATE or DELETE wrote."""
        return self._changes

    def total_changes(self) -> int:
        """Return how many rows were written since the connection was opened, and how many statements failed."""
        return self._total_changes

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _idle(self) -> psycopg.Connection[Any]:
        """Return the connection of psycopg, once the answer to an END is read; raises `psycopg.OperationalError`."""
        if self._is_ending:
            self._is_ending = False
            self._connection.wait(fetch_many(self._connection.pgconn))
        return self._connection

    def _run(self, text: str, values: Sequence[Value] = (), *, prepare: bool | None = None) -> psycopg.RawCursor[Any]:
        self._begin_wanted()
        cursor: Any = self._idle().cursor()
        try:
            cursor.execute(text, values, prepare=prepare)
        except psycopg.Error:
            # The transaction has failed with it, as if something had been written that does not fit.
            self._total_changes += 1
            raise
        return cast(psycopg.RawCursor[Any], cursor)

    def _begin_wanted(self) -> None:
        if self._begins_reading:
            self._begins_reading = False
            # In one journey: nearly every answer says the number.
            _, [(seq,)] = self.begin(f"{BEGIN_READING}; {_LAST_SEQ}")
            self._last_seq = Seq(seq)

    def _run_all(self, statements: str) -> list[list[Any]]:
        cursor: Any = self._idle().cursor()
        try:
            # Without values they go together, in PostgreSQL's simple protocol.
            cursor.execute(translate(statements).text.encode(), prepare=False)
        except psycopg.Error:
            self._total_changes += 1
            raise
        return [found.fetchall() if found.description else [] for found in cursor.results()]

    def _count(self, cursor: psycopg.RawCursor[Any]) -> None:
        """Note what a statement wrote, if it is one that writes."""
        if (cursor.statusmessage or "").startswith(("INSERT", "UPDATE", "DELETE")):
            self._changes = cursor.rowcount
            self._total_changes += cursor.rowcount


def read_url(url: str) -> dict[str, Any]:
    """Return the parameters of a connection: those of the URL, and ours where it has none; raises `SettingError`."""
    try:
        # libpq takes a list of words as well, which no one means here.
        given = conninfo_to_dict(url) if url.startswith(_SCHEMES) else {}
    except psycopg.ProgrammingError:
        # What libpq says of it quotes a part of the URL, which may be the password.
        given = {}
    if not given:
        raise SettingError("DATABASE is no URL of a PostgreSQL", hint=_FORM)
    timeout = f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_MS}"
    options = [timeout, str(given.get("options", "")), f"-c search_path={_SEARCH_PATH}"]
    return {**_DEFAULTS, **given, "options": " ".join(filter(None, options))}


def _connect(url: str, *, takes_writes: bool = True) -> psycopg.Connection[Any]:
    parameters = read_url(url)
    if not takes_writes:
        parameters["target_session_attrs"] = "any"
    for order in list_orders(parameters):
        connection: psycopg.Connection[Any] = psycopg.connect(
            autocommit=True, cursor_factory=psycopg.RawCursor, **order
        )
        try:
            if not is_old(connection):
                connection.prepared_max = _PREPARED
                register_values(connection)
                return connection
        except BaseException:
            connection.close()
            raise
        connection.close()
    raise psycopg.OperationalError("it is an old primary: another one was promoted since, and is away")
