"""Rows of client tokens: what a request made, for the retry that did not hear of it."""

from __future__ import annotations

import apsw

from hero_assistance_sdk.wire import UserId


def find(connection: apsw.Connection, user_id: UserId, method: str, token: str | None) -> int | None:
    """The id of what this caller's request with this token made, or `None`."""
    if token is None:
        return None
    found = connection.execute(
        "SELECT result_id FROM client_tokens WHERE user_id = ? AND method = ? AND token = ?",
        (user_id, method, token),
    ).get
    return None if found is None else int(found)


def add(connection: apsw.Connection, user_id: UserId, method: str, token: str | None, result_id: int) -> None:
    """Remember what this request made; a request without a token leaves nothing."""
    if token is not None:
        connection.execute(
            "INSERT INTO client_tokens (user_id, method, token, result_id) VALUES (?, ?, ?, ?)",
            (user_id, method, token, result_id),
        )
