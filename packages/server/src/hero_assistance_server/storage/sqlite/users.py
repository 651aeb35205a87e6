"""Rows of users and of their devices."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import apsw

from hero_assistance_sdk.wire import Millis, Role, TicketId, UserId
from hero_assistance_server.tickets.list_index import assigned_to
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import User

_SELECT = "SELECT user_id, name, role, email, active, shows_presence FROM users"


@dataclass(frozen=True, slots=True)
class Device:
    """An address of the overlay that stands for its user."""

    address: str
    user_id: UserId
    name: str
    bound_at: Millis
    last_seen_at: Millis | None


def everyone(connection: apsw.Connection) -> list[User]:
    """Every user, by id."""
    return [_user(*row) for row in connection.execute(f"{_SELECT} ORDER BY user_id")]


def find(connection: apsw.Connection, user_id: UserId) -> User | None:
    """One user, or `None`."""
    row = connection.execute(f"{_SELECT} WHERE user_id = ?", (user_id,)).fetchone()
    return _user(*row) if row else None


def with_email(connection: apsw.Connection, email: str) -> User | None:
    """The user with this e-mail address, or `None`."""
    row = connection.execute(f"{_SELECT} WHERE email = ?", (email,)).fetchone()
    return _user(*row) if row else None


def save(connection: apsw.Connection, user: User, now: datetime) -> None:
    """Write a new user, or what changed of one."""
    connection.execute(
        """INSERT INTO users (user_id, name, role, email, active, shows_presence, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, role = excluded.role,
        email = excluded.email, active = excluded.active, shows_presence = excluded.shows_presence""",
        (user.user_id, user.name, user.role.value, user.email, user.active, user.shows_presence, millis(now)),
    )


def other_admins(connection: apsw.Connection, user_id: UserId) -> int:
    """How many admins there are beside this user who may do something."""
    query = "SELECT count(*) FROM users WHERE role = 'admin' AND active AND user_id <> ?"
    return int(connection.execute(query, (user_id,)).get)


def sharers(connection: apsw.Connection, user_id: UserId) -> frozenset[UserId]:
    """Everybody outside the team who is shown the name of this person from there, themselves among them.

    It is on the tickets that the person sees, and on messages that the person wrote wherever they are now.
    """
    rows = connection.execute(
        """WITH named (ticket_id) AS (SELECT ticket_id FROM places WHERE user_id = :user
            UNION SELECT messages.ticket_id FROM audit CROSS JOIN messages ON messages.message_id = audit.message_id
            WHERE actor = :user AND author = :user)
        SELECT DISTINCT customer, collaborators FROM named CROSS JOIN tickets ON tickets.ticket_id = named.ticket_id""",
        {"user": user_id},
    )
    return frozenset(name for customer, others in rows for name in (customer, *json.loads(others)))


def open_tickets(connection: apsw.Connection, assignee: UserId, limit: int) -> list[TicketId]:
    """The tickets of an assignee that are not done, by id."""
    rows = connection.execute(
        """SELECT ticket_id FROM listings WHERE scope = ? AND status IN ('new', 'open', 'waiting', 'snoozed')
        ORDER BY ticket_id LIMIT ?""",
        (assigned_to(assignee), limit),
    )
    return [ticket_id for (ticket_id,) in rows]


def devices(connection: apsw.Connection, user_id: UserId) -> list[Device]:
    """A user's devices, in the order in which they were bound."""
    rows = connection.execute(
        """SELECT mycelium_addr, user_id, name, bound_at, last_seen_at FROM device_bindings
        WHERE user_id = ? ORDER BY bound_at, mycelium_addr""",
        (user_id,),
    )
    return [Device(*row) for row in rows]


def find_device(connection: apsw.Connection, address: str) -> Device | None:
    """The device with this address, or `None`."""
    row = connection.execute(
        "SELECT mycelium_addr, user_id, name, bound_at, last_seen_at FROM device_bindings WHERE mycelium_addr = ?",
        (address,),
    ).fetchone()
    return Device(*row) if row else None


def revoke_device(connection: apsw.Connection, address: str) -> None:
    """Make an address nobody's."""
    connection.execute("DELETE FROM device_bindings WHERE mycelium_addr = ?", (address,))


def _user(user_id: UserId, name: str, role: str, *rest: Any) -> User:
    email, active, shows_presence = rest
    return User(user_id, name, Role(role), email, bool(active), bool(shows_presence))
