"""A user of a project, and the logins and devices that stand for one."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis, Role, UserId


@dataclass(frozen=True, slots=True)
class User:
    """A user of this project."""

    user_id: UserId
    name: str
    role: Role
    email: str | None = None
    active: bool = True
    shows_presence: bool = True
    # For the placeholder of canned replies.
    signature: str = ""
    # Such as `fr` or `pt-BR`, and a zone of the IANA database; `None` while the user has chosen none.
    language: str | None = None
    time_zone: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether the user is an agent or an admin."""
        return self.role is not Role.CUSTOMER

    @property
    def can_work(self) -> bool:
        """Whether tickets can be assigned to the user: an agent or an admin who is not deactivated."""
        return self.is_staff and self.active


@dataclass(frozen=True, slots=True)
class Login:
    """A name by which the edge knows a user."""

    login: str
    user_id: UserId
    bound_at: Millis


@dataclass(frozen=True, slots=True)
class Device:
    """An address of the overlay that stands for its user.

    `public_key` is that of the node with the address, where the mycelium daemon told it.
    """

    address: str
    user_id: UserId
    name: str
    bound_at: Millis
    last_seen_at: Millis | None
    public_key: str | None = None
