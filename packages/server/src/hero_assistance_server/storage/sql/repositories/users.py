"""Users."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hero_assistance_sdk.wire import Millis, Role, TicketId, UserId
from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.ticket_lists.list_index import assigned_to
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

_SELECT = "SELECT user_id, name, role, email, active, shows_presence, signature, language, time_zone FROM users"


@dataclass(frozen=True, slots=True)
class SqlUsers:
    """Implements `UserRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, user_id: UserId) -> User | None:
        """Read one user by their id."""
        row = self.session.direct.execute(f"{_SELECT} WHERE user_id = ?", (user_id,)).fetchone()
        return _to_user(*row) if row else None

    def find_by_email(self, email: str) -> User | None:
        """Read the user with this e-mail address."""
        row = self.session.direct.execute(f"{_SELECT} WHERE email = ?", (email,)).fetchone()
        return _to_user(*row) if row else None

    def created_at(self, user_id: UserId) -> Millis | None:
        """Read when a row was made."""
        row = self.session.direct.execute("SELECT created_at FROM users WHERE user_id = ?", (user_id,)).fetchone()
        return Millis(row[0]) if row else None

    def list_all(self) -> list[User]:
        """Read the whole table, by id."""
        return [_to_user(*row) for row in self.session.direct.execute(f"{_SELECT} ORDER BY user_id")]

    def list_demo(self) -> list[User]:
        """Read the active users that are marked."""
        rows = self.session.direct.execute(f"{_SELECT} WHERE is_demo = 1 AND active = 1 ORDER BY user_id")
        return [_to_user(*row) for row in rows]

    def mark_demo(self, user_id: UserId) -> None:
        """Set the mark of a user."""
        self.session.direct.execute("UPDATE users SET is_demo = 1 WHERE user_id = ?", (user_id,))

    def count_other_admins(self, user_id: UserId) -> int:
        """Count the active admins with another id."""
        query = "SELECT count(*) FROM users WHERE role = 'admin' AND active = 1 AND user_id <> ?"
        return int(self.session.direct.execute(query, (user_id,)).get)

    def list_sharers(self, user_id: UserId) -> frozenset[UserId]:
        """Find the user's tickets in `places`, the moved messages by the audit; returns who is on them."""
        rows = self.session.complete.execute(
            """WITH named (ticket_id) AS (SELECT ticket_id FROM places WHERE user_id = :user
                UNION SELECT messages.ticket_id FROM audit CROSS JOIN messages ON messages.message_id = audit.message_id
                WHERE actor = :user AND author = :user)
            SELECT DISTINCT customer, collaborators FROM named
            CROSS JOIN tickets ON tickets.ticket_id = named.ticket_id""",
            {"user": user_id},
        )
        return frozenset(name for customer, others in rows for name in (customer, *json.loads(others)))

    def list_open_tickets(self, assignee: UserId, limit: int) -> list[TicketId]:
        """Read an assignee's scope of the list index, by id."""
        rows = self.session.complete.execute(
            """SELECT ticket_id FROM listings WHERE scope = ? AND status IN ('new', 'open', 'waiting', 'snoozed')
            ORDER BY ticket_id LIMIT ?""",
            (assigned_to(assignee), limit),
        )
        return [ticket_id for (ticket_id,) in rows]

    def save(self, user: User, now: datetime) -> None:
        """Insert a user, or update all of the row but the time of its making."""
        self.session.direct.execute(
            """INSERT INTO users (user_id, name, role, email, active, shows_presence, signature, language, time_zone,
            created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, role = excluded.role,
            email = excluded.email, active = excluded.active, shows_presence = excluded.shows_presence,
            signature = excluded.signature, language = excluded.language, time_zone = excluded.time_zone""",
            (
                user.user_id,
                user.name,
                user.role.value,
                user.email,
                user.active,
                user.shows_presence,
                user.signature,
                user.language,
                user.time_zone,
                millis(now),
            ),
        )


def list_users(connection: Connection, user_ids: Sequence[str]) -> list[User]:
    """Read those of the users that are there."""
    query = f"{_SELECT} WHERE user_id IN (SELECT value FROM json_each(?))"  # noqa: S608
    found = connection.execute(query, (json_text(user_ids),))
    return [_to_user(*row) for row in found]


def _to_user(user_id: UserId, name: str, role: str, *rest: Any) -> User:
    email, active, shows_presence, signature, language, time_zone = rest
    return User(user_id, name, Role(role), email, bool(active), bool(shows_presence), signature, language, time_zone)
