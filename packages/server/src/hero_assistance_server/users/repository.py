"""What users, their logins and their devices need of the storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import Millis, TicketId, UserId
from hero_assistance_server.users.model import Device, Login, User


class UserRepository(Protocol):
    """The users of a project."""

    def find(self, user_id: UserId) -> User | None:
        """Return one user, or `None`."""
        ...

    def find_by_email(self, email: str) -> User | None:
        """Return the user with this e-mail address, or `None`."""
        ...

    def created_at(self, user_id: UserId) -> Millis | None:
        """Return when a user was added, or `None`."""
        ...

    def list_all(self) -> list[User]:
        """Return every user, by id."""
        ...

    def list_demo(self) -> list[User]:
        """Return the active demo users, by id."""
        ...

    def mark_demo(self, user_id: UserId) -> None:
        """Make a user one of the demo users."""
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


class LoginRepository(Protocol):
    """The names by which the edge knows users, each of one user; names are compared as `fold_name` says."""

    def find(self, name: str) -> Login | None:
        """Return the login with this name: the one that is written like it, else the oldest that is compared equal."""
        ...

    def list_after(self, name: str, limit: int, user_id: UserId | None = None) -> list[Login]:
        """Return logins after a name in their order, of one user or of all."""
        ...

    def list_all(self) -> list[Login]:
        """Return every login, the oldest first."""
        ...

    def count_of_admins(self, *, except_login: str) -> int:
        """Return how many logins active admins have without this one."""
        ...

    def save(self, login: Login) -> None:
        """Write a new login."""
        ...

    def delete(self, name: str) -> None:
        """Delete the login that is written like this."""
        ...


class DeviceRepository(Protocol):
    """The devices of the users: addresses of the overlay, each of one user."""

    def list_all(self) -> list[Device]:
        """Return every device."""
        ...

    def save(self, device: Device) -> None:
        """Write a device, in place of one with its address."""
        ...

    def note_seen(self, seen: Mapping[str, Millis]) -> None:
        """Write when devices called last, by their addresses."""
        ...

    def find(self, address: str) -> Device | None:
        """Return the device with this address, or `None`."""
        ...

    def list_with_key(self, public_key: str) -> list[Device]:
        """Return the devices that are bound by a key."""
        ...

    def iterate_for(self, user_id: UserId, after: tuple[int, str] = (0, "")) -> Iterator[Device]:
        """Yield a user's devices behind a time and an address, in the order in which they were bound."""
        ...

    def delete(self, address: str) -> None:
        """Delete the device with this address."""
        ...
