"""Ends in a database at rest what let users in when it was copied, and may have been revoked since."""

from __future__ import annotations

import apsw

# By these, something that a browser or a device has kept lets a user in.
TABLES = ("device_bindings", "passkeys", "sessions", "sign_in_rates", "sign_in_tokens")
# Letters that wait with links that count no longer.
_DELETE_LETTERS = "DELETE FROM deliveries WHERE key LIKE 'sign-in/%' AND state = 'waiting'"


def end_access(connection: apsw.Connection) -> None:
    """Delete every session, link, device and passkey; raises `apsw.Error`."""
    # The database may come from elsewhere: nothing of it runs.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)
    # What is deleted is not left in unused pages.
    connection.pragma("secure_delete", True)
    known = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    connection.execute("BEGIN IMMEDIATE")
    for table in TABLES:
        if table in known:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608
    if "deliveries" in known:
        connection.execute(_DELETE_LETTERS)
    connection.execute("COMMIT")
