"""Rows of client tokens: what a request made, for the retry that did not hear of it."""

from __future__ import annotations

from datetime import datetime

import apsw

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.timestamps import millis


def find(connection: apsw.Connection, user_id: UserId, method: str, token: str | None) -> int | None:
    """The id of what this caller's request with this token made, or `None`."""
    if token is None:
        return None
    found = connection.execute(
        "SELECT result_id FROM client_tokens WHERE user_id = ? AND method = ? AND token = ?",
        (user_id, method, token),
    ).get
    return None if found is None else int(found)


def add(
    connection: apsw.Connection, user_id: UserId, method: str, token: str | None, result_id: int, now: datetime
) -> None:
    """Remember what this request made; a request without a token leaves nothing."""
    if token is not None:
        connection.execute(
            "INSERT INTO client_tokens (user_id, method, token, result_id, created_at) VALUES (?, ?, ?, ?, ?)",
            (user_id, method, token, result_id, millis(now)),
        )


def prune(connection: apsw.Connection, before: datetime, limit: int) -> int:
    """Forget at most `limit` of what is older than `before`; returns how many."""
    connection.execute(
        """DELETE FROM client_tokens WHERE (user_id, method, token) IN (
            SELECT user_id, method, token FROM client_tokens WHERE created_at < ? ORDER BY created_at LIMIT ?)""",
        (millis(before), limit),
    )
    return connection.changes()
