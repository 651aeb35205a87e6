"""Presence across nodes: a row for each user at a ticket on each node, and a notice when a node's rows change.

The table is not logged: after a crash of the database it is empty, and each node, which has to connect again, writes
its rows once more.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from hero_assistance_sdk.wire import Level, MessageKind, Seq, TicketId, UserId
from hero_assistance_server.presence.presence_exchange import OthersPresence
from hero_assistance_server.presence.rules import Doing, Lease, Screen
from hero_assistance_server.storage.postgres.database.clock import NOW
from hero_assistance_server.storage.postgres.database.connection import BEGIN_READING, PostgresConnection
from hero_assistance_server.storage.postgres.database.last_ids import read_last_seq
from hero_assistance_server.storage.postgres.nodes.leases import LEASE_S
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.repositories.users import list_users
from hero_assistance_server.storage.sql.tickets.ticket_columns import LISTED_COLUMNS, TABLES
from hero_assistance_server.tickets.json_row import decode_values

# The text of a notice is the id of the node whose rows changed.
CHANNEL = "hero_assistance_presence"
# What changed since the last statement is written together. Who comes first is written at once.
WRITE_EVERY_S = 0.5
# All nodes together have others read no more often than this.
READ_EVERY_S = 0.2

_CLEAR = "WITH gone AS (DELETE FROM presence WHERE node_id = ?1) SELECT pg_notify(?2, ?1)"
_FORGET_DEAD = f"""DELETE FROM presence
    WHERE node_id NOT IN (SELECT node_id FROM nodes WHERE lease_until > {NOW})"""  # noqa: S608
# At the begin all rows are told, and each other one is gone; then what has changed.
_IS_GONE = {
    True: """NOT EXISTS (SELECT 1 FROM told WHERE presence.ticket_id = told.ticket_id
        AND presence.user_id = told.user_id)""",
    False: """EXISTS (SELECT 1 FROM told WHERE presence.ticket_id = told.ticket_id
        AND presence.user_id = told.user_id AND told.level IS NULL)""",
}
_WRITE = """WITH told AS (SELECT * FROM jsonb_to_recordset(?2::jsonb)
        AS told (ticket_id BIGINT, user_id TEXT, level TEXT, kind TEXT)),
    gone AS (DELETE FROM presence WHERE node_id = ?1 AND {is_gone}),
    here AS (INSERT INTO presence SELECT ?1, ticket_id, user_id, level, kind FROM told WHERE level IS NOT NULL
        ON CONFLICT (node_id, ticket_id, user_id) DO UPDATE SET level = excluded.level, kind = excluded.kind)
    SELECT pg_notify(?3, ?1)"""
_OTHERS = f"""SELECT node_id, ticket_id, user_id, level, kind FROM presence JOIN nodes USING (node_id)
    WHERE node_id <> ? AND lease_until > {NOW}"""  # noqa: S608
_TICKETS = f"SELECT {LISTED_COLUMNS} {TABLES} WHERE ticket_id IN (SELECT value::bigint FROM json_each(?))"  # noqa: S608

_Spot = tuple[TicketId, UserId]
# Node, ticket, user, level and kind, as in the table.
_Row = tuple[str, int, str, str, str]


class PresenceTable:
    """Implements `PresenceExchange`; what takes a connection is called by the one thread that has it."""

    def __init__(self, node_id: str, loop: asyncio.AbstractEventLoop) -> None:
        self._node_id = node_id
        self._loop = loop
        self._lock = threading.Lock()
        self._here: dict[_Spot, Doing] = {}
        self._unwritten: set[_Spot] = set()
        self._written_at = self._read_at = -LEASE_S
        self._show: Callable[[OthersPresence], None] | None = None
        self._is_wanted = False
        self._others: dict[_Row, Lease] | None = None

    def share(self, ticket_id: TicketId, user_id: UserId, doing: Doing) -> None:
        """Note it for the next statement."""
        with self._lock:
            if doing.staff is None:
                self._here.pop((ticket_id, user_id), None)
            else:
                self._here[ticket_id, user_id] = doing
            self._unwritten.add((ticket_id, user_id))

    def follow(self, show: Callable[[OthersPresence], None]) -> None:
        """Show all soon."""
        self._show = show
        self.read_again()

    def read_again(self) -> None:
        """Forget what was shown."""
        with self._lock:
            self._others = None
            self._is_wanted = True

    def want(self) -> None:
        """Have the table read soon."""
        self._is_wanted = True

    def begin(self, connection: PostgresConnection) -> None:
        """Begin on a new connection: write all rows of this node again, and read all others soon."""
        connection.listen(CHANNEL)
        with self._lock:
            self._unwritten = set(self._here)
        self._write(connection, is_all=True)
        self.want()

    def work(self, connection: PostgresConnection) -> None:
        """Write and read what is due."""
        now = time.monotonic()
        if self._unwritten and now - self._written_at >= WRITE_EVERY_S:
            self._written_at = now
            self._write(connection)
        if self._is_wanted and self._show is not None and now - self._read_at >= READ_EVERY_S:
            self._read(connection)

    def forget_dead(self, connection: PostgresConnection) -> None:
        """Delete the rows of nodes whose leases are over; each node may."""
        connection.execute(_FORGET_DEAD)

    def end(self, connection: PostgresConnection) -> None:
        """Take back what this node told."""
        connection.execute(_CLEAR, (self._node_id, CHANNEL))

    def note_lost(self) -> None:
        """Show no one of other nodes once their leases are over, as far as this node can know."""
        if self._show is not None and self._others and time.monotonic() - self._read_at > LEASE_S:
            self._deliver({}, OthersPresence(Seq(0), {}, {}))

    def _write(self, connection: PostgresConnection, *, is_all: bool = False) -> None:
        with self._lock:
            rows = [_describe(*spot, self._here.get(spot)) for spot in self._unwritten]
            self._unwritten = set()
        statement = _WRITE.format(is_gone=_IS_GONE[is_all])
        connection.execute(statement, (self._node_id, json.dumps(rows), CHANNEL))

    def _read(self, connection: PostgresConnection) -> None:
        """Read all rows of other nodes, and of users and tickets those that are new; all from one moment's state."""
        with self._lock:
            known = self._others
            self._is_wanted = False
        self._read_at = time.monotonic()
        connection.execute(BEGIN_READING)
        try:
            rows: set[_Row] = set(connection.execute(_OTHERS, (self._node_id,)))
            if known is not None and rows == known.keys():
                return
            seq = read_last_seq(connection)
            known = known or {}
            new = rows - known.keys()
            users = {user.user_id: user for user in list_users(connection, sorted({row[2] for row in new}))}
            tickets = {row[1] for row in new} - {row[1] for row in known}
            people = _read_people(connection, tickets)
        finally:
            connection.finish_reading()
        leases = {row: known[row] for row in rows & known.keys()}
        leases |= {
            row: Lease(users[UserId(row[2])], TicketId(row[1]), Level(row[3]), kind=MessageKind(row[4]))
            for row in new
            if UserId(row[2]) in users and (TicketId(row[1]) in people or row[1] not in tickets)
        }
        self._deliver(leases, OthersPresence(seq, {_screen_of(row): lease for row, lease in leases.items()}, people))

    def _deliver(self, leases: dict[_Row, Lease], others: OthersPresence) -> None:
        with self._lock:
            self._others = leases
        self._loop.call_soon_threadsafe(partial(self._call, others))

    def _call(self, others: OthersPresence) -> None:
        if self._show is not None:
            self._show(others)


def _describe(ticket_id: TicketId, user_id: UserId, doing: Doing | None) -> Mapping[str, object]:
    """Return what is written of a user at a ticket: of a note, customers see that its author is there."""
    if doing is None or doing.staff is None:
        return {"ticket_id": ticket_id, "user_id": user_id}
    kind = MessageKind.REPLY if doing.staff is doing.outside else MessageKind.NOTE
    return {"ticket_id": ticket_id, "user_id": user_id, "level": doing.staff.value, "kind": kind.value}


def _screen_of(row: _Row) -> Screen:
    node_id, ticket_id, user_id, *_ = row
    return node_id, f"{ticket_id} {user_id}"


def _read_people(connection: PostgresConnection, tickets: Iterable[int]) -> dict[TicketId, frozenset[UserId]]:
    found = map(decode_values, connection.execute(_TICKETS, (json_text(sorted(tickets)),)))
    return {ticket.ticket_id: ticket.people for ticket in found}
