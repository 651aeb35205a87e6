"""The users of this project, in memory: every request looks up its caller."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator

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
        self._ids = sorted(self._users)
        self._staff_ids = [user_id for user_id in self._ids if self._users[user_id].is_staff]

    def find(self, user_id: str) -> User | None:
        """Return one user, or `None`."""
        return self._users.get(UserId(user_id))

    def add(self, user: User) -> None:
        """Add a user, or replace the one with this id."""
        before = self._users.get(user.user_id)
        self._users[user.user_id] = user
        if before is None:
            insort(self._ids, user.user_id)
        was_staff = before is not None and before.is_staff
        if user.is_staff and not was_staff:
            insort(self._staff_ids, user.user_id)
        elif was_staff and not user.is_staff:
            self._staff_ids.remove(user.user_id)

    def iterate_after(self, user_id: str, *, staff_only: bool = False) -> Iterator[User]:
        """Yield the users behind an id, by id; with `staff_only` agents and admins."""
        listed = self._staff_ids if staff_only else self._ids
        for number in range(bisect_right(listed, user_id), len(listed)):
            yield self._users[UserId(listed[number])]

    def first_admin(self) -> User | None:
        """Return the active admin with the first id, or `None`."""
        admins = (user for user in self._users.values() if user.role is Role.ADMIN and user.active)
        return min(admins, key=lambda user: user.user_id, default=None)
