"""Rows of users."""

from __future__ import annotations

from datetime import datetime

import apsw

from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.core.model import User
from hero_assistance_server.core.views import millis


def everyone(connection: apsw.Connection) -> list[User]:
    """Every user, by id."""
    rows = connection.execute("SELECT user_id, name, role FROM users ORDER BY user_id")
    return [User(UserId(user_id), name, Role(role)) for user_id, name, role in rows]


def find(connection: apsw.Connection, user_id: UserId) -> User | None:
    """One user, or `None`."""
    row = connection.execute("SELECT name, role FROM users WHERE user_id = ?", (user_id,)).fetchone()
    return User(user_id, row[0], Role(row[1])) if row else None


def save(connection: apsw.Connection, user: User, now: datetime) -> None:
    """Write a new user, or another name and role of one."""
    connection.execute(
        """INSERT INTO users (user_id, name, role, created_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, role = excluded.role""",
        (user.user_id, user.name, user.role.value, millis(now)),
    )
