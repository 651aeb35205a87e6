"""Rows of canned replies and macros."""

from __future__ import annotations

import json

import apsw

from hero_assistance_sdk.wire import CannedReply, Macro, UserId
from hero_assistance_server.storage.sqlite.json_rows import json_text

_REPLIES = "SELECT reply_id, name, body, owner, updated_at FROM canned_replies"
_MACROS = "SELECT macro_id, name, actions, owner, updated_at FROM macros"
# What is in columns of its own.
_COLUMNS = {"noun", "macro_id", "name", "owner", "updated_at"}


def find_reply(connection: apsw.Connection, reply_id: int) -> CannedReply | None:
    """One canned reply, or `None`."""
    row = connection.execute(f"{_REPLIES} WHERE reply_id = ?", (reply_id,)).fetchone()
    return _reply(*row) if row else None


def find_macro(connection: apsw.Connection, macro_id: int) -> Macro | None:
    """One macro, or `None`."""
    row = connection.execute(f"{_MACROS} WHERE macro_id = ?", (macro_id,)).fetchone()
    return _macro(*row) if row else None


def replies_of(connection: apsw.Connection, agent: UserId) -> list[CannedReply]:
    """An agent's own canned replies and the team's, by name."""
    rows = connection.execute(f"{_REPLIES} WHERE owner IS NULL OR owner = ? ORDER BY name, reply_id", (agent,))
    return [_reply(*row) for row in rows]


def macros_of(connection: apsw.Connection, agent: UserId) -> list[Macro]:
    """An agent's own macros and the team's, by name."""
    rows = connection.execute(f"{_MACROS} WHERE owner IS NULL OR owner = ? ORDER BY name, macro_id", (agent,))
    return [_macro(*row) for row in rows]


def next_id(connection: apsw.Connection, table: str) -> int:
    """The id of the next one; it was never another's."""
    return int(connection.execute("SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = ?", (table,)).get)


def save_reply(connection: apsw.Connection, reply: CannedReply) -> None:
    """Write a canned reply, new or again."""
    connection.execute(
        "INSERT OR REPLACE INTO canned_replies (reply_id, name, body, owner, updated_at) VALUES (?, ?, ?, ?, ?)",
        (reply.reply_id, reply.name, reply.body, reply.owner, reply.updated_at),
    )


def save_macro(connection: apsw.Connection, macro: Macro) -> None:
    """Write a macro, new or again."""
    actions = json_text(macro.model_dump(mode="json", exclude=_COLUMNS))
    connection.execute(
        "INSERT OR REPLACE INTO macros (macro_id, name, actions, owner, updated_at) VALUES (?, ?, ?, ?, ?)",
        (macro.macro_id, macro.name, actions, macro.owner, macro.updated_at),
    )


def delete_reply(connection: apsw.Connection, reply_id: int) -> None:
    """Take a canned reply out."""
    connection.execute("DELETE FROM canned_replies WHERE reply_id = ?", (reply_id,))


def delete_macro(connection: apsw.Connection, macro_id: int) -> None:
    """Take a macro out."""
    connection.execute("DELETE FROM macros WHERE macro_id = ?", (macro_id,))


def _reply(reply_id: int, name: str, body: str, owner: UserId | None, updated_at: int) -> CannedReply:
    return CannedReply.model_validate(
        {"reply_id": reply_id, "name": name, "body": body, "owner": owner, "updated_at": updated_at}
    )


def _macro(macro_id: int, name: str, actions: str, owner: UserId | None, updated_at: int) -> Macro:
    own = {"macro_id": macro_id, "name": name, "owner": owner, "updated_at": updated_at}
    return Macro.model_validate(json.loads(actions) | own)
