"""A user of a project."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import Role, UserId


@dataclass(frozen=True, slots=True)
class User:
    """A person of this project."""

    user_id: UserId
    name: str
    role: Role
    email: str | None = None
    active: bool = True
    shows_presence: bool = True

    @property
    def is_staff(self) -> bool:
        return self.role is not Role.CUSTOMER
