"""What users and their devices need of the storage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.users.model import Device, User


class UserRepository(Protocol):
    """The users of a project."""

    def find(self, user_id: UserId) -> User | None:
        """Return one user, or `None`."""
        ...

    def find_by_email(self, email: str) -> User | None:
        """Return the user with this e-mail address, or `None`."""
        ...

    def list_all(self) -> list[User]:
        """Return every user, by id."""
        ...

    def count_other_admins(self, user_id: UserId) -> int:
        """Return how many active admins there are without this user."""
        ...

    def list_sharers(self, user_id: UserId) -> frozenset[UserId]:
        """Return the customers who see this user's name on a ticket, the user among them.

        It is on the tickets that the user sees, and on messages that the user wrote wherever they are now.
        """
        ...

    def list_open_tickets(self, assignee: UserId, limit: int) -> list[TicketId]:
        """Return the tickets of an assignee that are not solved or closed, by id."""
        ...

    def save(self, user: User, now: datetime) -> None:
        """Write a new user, or what changed of one."""
        ...


class DeviceRepository(Protocol):
    """The devices of the users: addresses of the overlay, each of one user."""

    def find(self, address: str) -> Device | None:
        """Return the device with this address, or `None`."""
        ...

    def iterate_for(self, user_id: UserId, after: tuple[int, str] = (0, "")) -> Iterator[Device]:
        """Yield a user's devices behind a time and an address, in the order in which they were bound."""
        ...

    def delete(self, address: str) -> None:
        """Delete the device with this address."""
        ...
