"""Places and tallies are what the tickets themselves say: after migrations, and after anything agents do."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.tickets import tickets
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.ticket_lists.list_index import places, scopes
from hero_assistance_server.timestamps import millis
from tests.capabilities import sqlite_only
from tests.server.databases import opened_session
from tests.server.desk import Desk
from tests.server.test_verify import ACTIONS

# A desk of the first version: tickets in several states, with replies and notes.
FIRST_VERSION = """
    INSERT INTO users VALUES ('carol', 'Carol', 'customer', 1), ('bob', 'Bob', 'agent', 1);
    INSERT INTO tickets VALUES
        (1, 'one', '', 'new', 'low', '["a","b"]', 'carol', 10, 10, 10, 0, 0),
        (2, 'two', '', 'waiting', 'low', '["a"]', 'carol', 20, 23, 22, 2, 1),
        (3, 'three', '', 'solved', 'low', '[]', 'bob', 30, 30, 30, 0, 0);
    INSERT INTO messages VALUES
        (1, 2, 'reply', 'carol', 'c', 21), (2, 2, 'reply', 'bob', 'b', 22), (3, 2, 'note', 'bob', 'n', 23);
    INSERT INTO events VALUES (7, 'message.noted', 2, NULL, '{}', NULL, 23);
"""


@dataclass
class Lists:
    """Where every ticket is listed and counted."""

    tallies: Counter[tuple[str, str]] = field(default_factory=Counter)
    listings: set[tuple[str, str, int, int]] = field(default_factory=set)
    places: set[tuple[str, int, int]] = field(default_factory=set)


def expected(db: Connection) -> Lists:
    """The lists as they follow from every ticket."""
    found = Lists()
    for (ticket_id,) in db.execute("SELECT ticket_id FROM tickets"):
        ticket = tickets.find(db, ticket_id)
        assert ticket is not None
        pairs = [(scope, ticket.status.value) for scope in scopes(ticket)]
        found.tallies.update(pairs)
        found.listings |= {(*pair, millis(ticket.updated_at), ticket_id) for pair in pairs}
        found.places |= {(place.user_id, millis(place.at), ticket_id) for place in places(ticket)}
    return found


def kept(db: Connection) -> Lists:
    """The lists as the database has them; a counter at 0 is as good as none."""
    rows = db.execute("SELECT scope, status, count FROM tallies WHERE count > 0")
    return Lists(
        Counter({(scope, status): count for scope, status, count in rows}),
        set(db.execute("SELECT scope, status, at, ticket_id FROM listings")),
        set(db.execute("SELECT user_id, at, ticket_id FROM places")),
    )


@sqlite_only("migrates a file of an earlier release")
def test_a_desk_of_the_first_version_is_taken_along(hero_root: Path) -> None:
    path = hero_root / "tickets.db"
    known = migrations()
    db = open_writer(path)
    try:
        migrate(db, known[:1])
        db.execute(FIRST_VERSION)
        migrate(db, known)
        assert kept(db) == expected(db)
        two = tickets.find(db, TicketId(2))
        assert two is not None
        assert (two.last_reply_id, two.last_message_id, two.first_response_at and millis(two.first_response_at)) == (
            2,
            3,
            22,
        )
        # Readers that come back start from a snapshot, and the numbers go on.
        assert db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get == 9
        assert db.execute("SELECT count(*) FROM events").get == 0
        assert db.pragma("foreign_key_check") is None
        assert db.pragma("integrity_check") == "ok"
    finally:
        db.close()


@sqlite_only("is about SQLite's file")
def test_the_trail_cannot_be_changed(hero_root: Path) -> None:
    db = open_writer(hero_root / "tickets.db")
    try:
        migrate(db, migrations())
        db.execute("INSERT INTO audit (at, origin, action, detail) VALUES (1, 'unix', 'a.b', '{}')")
        for attempt in ("UPDATE audit SET at = 2", "DELETE FROM audit"):
            with pytest.raises(apsw.ConstraintError, match="append-only"):
                db.execute(attempt)
    finally:
        db.close()


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(3))
async def test_after_a_long_day(desk: Desk, seed: int) -> None:
    choice = random.Random(seed)  # noqa: S311
    for title in ("one", "two", "three", "four"):
        await desk.call("ticket.create", choice.choice(["carol", "dave"]), title=title, body="b", tags=["vpn"])
    for _ in range(60):
        method, caller, params, _, _ = choice.choice(ACTIONS)
        # What is not possible any more is refused, and must leave nothing behind.
        with contextlib.suppress(RpcFailure):
            await desk.call(method, caller, **params)
    with opened_session(desk.paths.data) as session:
        assert kept(session.direct) == expected(session.direct)
