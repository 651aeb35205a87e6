"""Ends in a database at rest what let users in when it was copied, and may have been revoked since."""

from __future__ import annotations

from pathlib import Path

import apsw

from hero_assistance_server.storage.sqlite.database.connection import confine

# By these, something that a browser or a device has kept lets a user in.
TABLES = ("device_bindings", "passkeys", "sessions", "sign_in_rates", "sign_in_tokens")
# Letters that wait with links that count no longer.
_DELETE_LETTERS = "DELETE FROM deliveries WHERE key LIKE 'sign-in/%' AND state = 'waiting'"


def end_access(path: Path) -> None:
    """Delete every session, link, device and passkey of a database that is not in use; raises `apsw.Error`."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        confine(connection)
        # It may come from elsewhere: nothing of it runs.
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
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
    finally:
        connection.close()
