"""Tables as JSON Lines: which are exported, and each row as one object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hero_assistance_server.storage.sql.connection import Connection, quote_name
from hero_assistance_server.storage.sql.transfer.row_values import check_values

# What follows from the rest, or means something to a running server alone; an import makes it again, or starts empty.
# An imported desk sends nothing that the one before may have sent.
DERIVED = frozenset(
    {
        "client_tokens",
        "deliveries",
        # What lets a user in may have been revoked since, and is for one desk.
        "device_bindings",
        "event_readers",
        "events",
        "incoming_mail_bytes",
        "incoming_mail_counts",
        "job_positions",
        "listings",
        # Who has the keys can write in the name of any customer.
        "mail_keys",
        "mail_uses",
        "mailbox_positions",
        "oidc_identities",
        "passkeys",
        "pending_notifications",
        "places",
        "pruned_deliveries",
        "search_rebuild",
        "sessions",
        "sign_in_rates",
        "sign_in_tokens",
        "stored_bytes",
        "stored_mail_bytes",
        "tallies",
        # A copy of a project must not post to the receivers of the project.
        "webhook_answers",
        "webhooks",
    }
)
# Exports of earlier releases have these.
FORMER_TABLES = frozenset({"device_bindings"})
# Only attachments in use: uploads come and go.
_ONLY = {"attachments": "WHERE used = 1"}
_JSON_COLUMN = re.compile(r"json_valid\((\w+)\)")
# Columns of earlier exports, by table, with the names that they have now.
_FORMER_NAMES = {"canned_replies": {"reply_id": "canned_reply_id"}, "tickets": {"last_note_id": "last_message_id"}}
# The bytes of mails are not exported.
_NO_BYTES = "UPDATE incoming_mails SET has_bytes = 0"
# Background jobs go on behind what is imported.
_FOLLOWED_ALL = "UPDATE job_positions SET position = (SELECT coalesce(max(audit_id), 0) FROM audit)"
_FILES = "SELECT DISTINCT sha256 FROM attachments ORDER BY 1"
_EXPORTED_FILES = "SELECT DISTINCT sha256 FROM attachments WHERE used = 1 ORDER BY 1"
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is exported: its columns, those that hold JSON, and the columns that order its rows."""

    name: str
    columns: tuple[str, ...]
    as_json: frozenset[str]
    key: tuple[str, ...]

    @property
    def query(self) -> str:
        """The statement that reads its rows in order; a table without a key is ordered by all of its columns."""
        columns = ", ".join(map(quote_name, self.columns))
        # A key is never NULL; for what is, engines differ in where they put it.
        order = ", ".join(map(quote_name, self.key)) or ", ".join(f"{one} NULLS FIRST" for one in columns.split(", "))
        only = _ONLY.get(self.name, "")
        return f"SELECT {columns} FROM {quote_name(self.name)} {only} ORDER BY {order}"  # noqa: S608


def find_json_columns(definition: str) -> frozenset[str]:
    """Return the columns that a table's checks say to hold JSON."""
    return frozenset(_JSON_COLUMN.findall(definition))


def encode_rows(table: Table, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Return each row as an object on a line of its own."""
    for row in rows:
        values = {
            name: json.loads(value) if name in table.as_json and value is not None else value
            for name, value in zip(table.columns, row, strict=True)
        }
        yield _ENCODER.encode(values).encode() + b"\n"


def insert_line(connection: Connection, table: Table, line: bytes) -> None:
    """Write the row of a line; a column that it does not name gets its default. Raises `ValueError`."""
    values = json.loads(line)
    if isinstance(values, dict):
        former = _FORMER_NAMES.get(table.name, {})
        values = {former.get(name, name): value for name, value in values.items()}
    if not isinstance(values, dict) or not values.keys() <= set(table.columns):
        raise ValueError(f"a line of {table.name}.jsonl is no row of it")
    check_values(table.name, values)
    columns = ", ".join(map(quote_name, values))
    bindings = [_to_column(table, name, value) for name, value in values.items()]
    connection.execute(
        f"INSERT INTO {quote_name(table.name)} ({columns}) VALUES ({', '.join('?' * len(values))})",  # noqa: S608
        bindings,
    )


def leave_work_done(connection: Connection) -> None:
    """Have background jobs go on behind what was imported, and no mail look for bytes that are not there."""
    connection.execute(_FOLLOWED_ALL)
    connection.execute(_NO_BYTES)


def list_files(connection: Connection) -> list[str]:
    """Return the SHA-256 of the file of each attachment, in order."""
    return [digest for (digest,) in connection.execute(_FILES)]


def list_exported_files(connection: Connection) -> list[str]:
    """Return the SHA-256 of the file of each attachment that is exported, in order."""
    return [digest for (digest,) in connection.execute(_EXPORTED_FILES)]


def _to_column(table: Table, name: str, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if name in table.as_json and value is not None else value
