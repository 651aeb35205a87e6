"""The users of this project, in memory: every request looks up its caller."""

from __future__ import annotations

from collections.abc import Iterable

from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.users.model import User

# The users of `--seed-dev-users`.
DEMO_USERS = (
    User(UserId("alice"), "Alice", Role.ADMIN),
    User(UserId("bob"), "Bob", Role.AGENT),
    User(UserId("carol"), "Carol", Role.CUSTOMER),
    User(UserId("dave"), "Dave", Role.CUSTOMER),
)


class Directory:
    """The users as the database has them; each write of one adds it here after the commit."""

    def __init__(self, users: Iterable[User]) -> None:
        self._users = {user.user_id: user for user in users}

    def find(self, user_id: str) -> User | None:
        """Return one user, or `None`."""
        return self._users.get(UserId(user_id))

    def add(self, user: User) -> None:
        """Add a user, or replace the one with this id."""
        self._users[user.user_id] = user

    def everyone(self) -> list[User]:
        """Return every user, by id."""
        return sorted(self._users.values(), key=lambda user: user.user_id)

    def first_admin(self) -> User | None:
        """Return the active admin with the first id, or `None`."""
        admins = (user for user in self._users.values() if user.role is Role.ADMIN and user.active)
        return min(admins, key=lambda user: user.user_id, default=None)
