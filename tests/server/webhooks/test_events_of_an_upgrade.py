"""An upgrade that deletes the stored events: webhooks are sent what they were not sent before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import apsw
import pytest

from hero_assistance_sdk.wire import EventKind, Seq
from hero_assistance_server.events.stored_event import TeamEvent
from hero_assistance_server.outbox.model import StoredDelivery
from hero_assistance_server.storage.sql.repositories.outbox.deliveries import SqlOutbox
from hero_assistance_server.storage.sqlite.database.connection import open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.session import SqliteSession
from hero_assistance_server.timestamps import millis
from hero_assistance_server.webhooks import rules
from hero_assistance_server.webhooks.message_json import decode_message
from tests.capabilities import sqlite_only
from tests.server.webhooks.test_rules import WEBHOOK

pytestmark = sqlite_only("migrates a file of an earlier release")

VERSION = next(one.number for one in migrations() if one.title == "list_rows") - 1
AT = datetime(2026, 11, 27, 12, 0, 0, 7000, tzinfo=UTC)
TICKET = {"ticket_id": 1, "title": 'Zürich "a"'}
NOTE = {"kind": "note", "text": "x"}
# Number, kind, reach, message.
EVENTS = [
    (4, "ticket.created", "staff", None),
    (5, "ticket.created", "staff", None),
    (6, "message.replied", "everyone", {"kind": "reply", "text": "y"}),
    (7, "message.noted", "staff", NOTE),
    (8, "draft.saved", "named", None),
]
# Key, kinds, with notes, after, enabled.
WEBHOOKS = [
    ("all", [], 1, 4, 1),
    ("plain", [], 0, 4, 1),
    ("some", ["ticket.created"], 0, 0, 1),
    ("done", [], 1, 8, 1),
    ("off", [], 1, 0, 0),
]


def text_of(seq: int, kind: str, message: object) -> str:
    return json.dumps(
        {"seq": seq, "kind": kind, "ticket": TICKET, "message": message, "record": None}, ensure_ascii=False
    )


@pytest.fixture
def database(hero_root: Path) -> Iterator[apsw.Connection]:
    connection = open_writer(hero_root / "tickets.db")
    migrate(connection, migrations()[:VERSION])
    for seq, kind, reach, message in EVENTS:
        connection.execute(
            "INSERT INTO events (seq, kind, reach, payload, created_at) VALUES (?, ?, ?, ?, ?)",
            (seq, kind, reach, text_of(seq, kind, message), millis(AT)),
        )
    for key, kinds, with_notes, after, enabled in WEBHOOKS:
        connection.execute(
            """INSERT INTO webhooks (url, description, kinds, with_notes, key, secret, after_seq, created_at, enabled,
            disabled_because) VALUES ('https://a.example', '', ?, ?, ?, 's', ?, 1, ?, '')""",
            (json.dumps(kinds), with_notes, key, after, enabled),
        )
    for target, state in (("9", "dead"), ("1", "dead"), ("10", "done")):
        connection.execute(
            """INSERT INTO deliveries (channel, key, target, payload, summary, keeps_payload, state, created_at, due_at)
            VALUES ('webhook', ?, ?, '{"a": 1}', 'old', 0, ?, 1, 1)""",
            (f"{target}/{state}", target, state),
        )
    migrate(connection, migrations())
    yield connection
    connection.close()


def queued(database: apsw.Connection) -> list[StoredDelivery]:
    return [
        one for one in SqlOutbox(SqliteSession(database)).iterate_newest("webhook", None, 2**62) if one.summary != "old"
    ][::-1]


def test_each_is_sent_what_it_asks_for_and_was_not_sent(database: apsw.Connection) -> None:
    found = [(one.target, one.summary) for one in queued(database)]
    assert found == [
        ("3", "ticket.created 4"),
        ("1", "ticket.created 5"),
        ("2", "ticket.created 5"),
        ("3", "ticket.created 5"),
        ("1", "message.replied 6"),
        ("2", "message.replied 6"),
        ("1", "message.noted 7"),
    ]
    assert database.execute("SELECT count(*) FROM events").get == 0


def test_a_message_is_the_one_that_the_server_would_have_made(database: apsw.Connection) -> None:
    """With the same id: where it was queued already, it is not sent twice."""
    by_seq = {seq: (kind, message) for seq, kind, _reach, message in EVENTS}
    for delivery in queued(database):
        message = decode_message(delivery.payload)
        kind, told = by_seq[message.seq]
        event = TeamEvent(Seq(message.seq), EventKind(kind), text_of(message.seq, kind, told), AT)
        key = WEBHOOKS[int(delivery.target) - 1][0]
        expected = rules.event_message(replace(WEBHOOK, key=key), event)
        assert (message.message_id, message.kind, delivery.key) == (expected.message_id, kind, expected.message_id)
        assert json.loads(message.body) == json.loads(expected.body)


def test_what_was_given_up_for_a_removed_webhook_is_dropped(database: apsw.Connection) -> None:
    query = "SELECT key, state, payload, finished_at IS NOT NULL FROM deliveries WHERE summary = 'old' ORDER BY key"
    assert list(database.execute(query)) == [
        ("1/dead", "dead", '{"a": 1}', 0),
        ("10/done", "done", '{"a": 1}', 0),
        ("9/dead", "dropped", "{}", 1),
    ]
