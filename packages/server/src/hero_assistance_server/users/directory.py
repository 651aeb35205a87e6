"""The users of this project, in memory: every request looks up its caller."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from itertools import chain

from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.users.customer_names import CustomerNames
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import Login, User

# The users of `--seed-dev-users`.
DEMO_USERS = (
    User(UserId("alice"), "Alice", Role.ADMIN),
    User(UserId("bob"), "Bob", Role.AGENT),
    User(UserId("carol"), "Carol", Role.CUSTOMER),
    User(UserId("dave"), "Dave", Role.CUSTOMER),
)


class Directory:
    """The users and logins as the database has them; each write of one adds it here after the commit."""

    def __init__(self, users: Iterable[User], logins: Iterable[Login] = ()) -> None:
        self._users = {user.user_id: user for user in users}
        self._ids = sorted(self._users)
        self._staff_ids = [user_id for user_id in self._ids if self._users[user_id].is_staff]
        self._customers = CustomerNames()
        # By the folded name, and the names of a desk that once told `Carol` from `carol`, the oldest first.
        self._logins: dict[str, dict[str, UserId]] = {}
        for login in logins:
            self.bind(login)

    def find(self, user_id: str) -> User | None:
        """Return one user, or `None`."""
        return self._users.get(UserId(user_id))

    def find_by_login(self, name: str) -> User | None:
        """Return the user whom the edge calls by this name, or `None`."""
        group = self._logins.get(fold_name(name))
        if group is None:
            return None
        return self._users.get(group.get(name) or next(iter(group.values())))

    async def prepare_customers(self) -> None:
        """Have `find_customers` answer at once, also the first time."""
        await self._customers.prepare(self._users.values())

    def find_customers(self, prefix: str) -> Iterator[User]:
        """Yield the active customers whose id, name, a word of it, or e-mail address begins with `prefix`."""
        for user_id in self._customers.find(prefix, self._users.values()):
            yield self._users[user_id]

    def list_without_login(self) -> list[User]:
        """Return the active agents and admins whom the edge has no name for, by id."""
        bound = {user_id for group in self._logins.values() for user_id in group.values()}
        return [user for user in self.iterate_after("", staff_only=True) if user.active and user.user_id not in bound]

    def bind(self, login: Login) -> None:
        """Add a login."""
        self._logins.setdefault(fold_name(login.login), {})[login.login] = login.user_id

    def find_login(self, name: str) -> UserId | None:
        """Return to whom the login that is written like this is bound, or `None`."""
        return self._logins.get(fold_name(name), {}).get(name)

    def iterate_logins(self) -> Iterator[str]:
        """Yield every login, as it is written."""
        return chain.from_iterable(self._logins.values())

    def unbind(self, name: str) -> None:
        """Remove the login that is written like this, if it is there."""
        folded = fold_name(name)
        group = self._logins.get(folded, {})
        group.pop(name, None)
        if not group:
            self._logins.pop(folded, None)

    def add(self, user: User) -> None:
        """Add a user, or replace the one with this id."""
        before = self._users.get(user.user_id)
        self._users[user.user_id] = user
        self._customers.replace(before, user)
        if before is None:
            insort(self._ids, user.user_id)
        was_staff = before is not None and before.is_staff
        if user.is_staff and not was_staff:
            insort(self._staff_ids, user.user_id)
        elif was_staff and not user.is_staff:
            self._staff_ids.remove(user.user_id)

    def remove(self, user_id: UserId) -> None:
        """Remove a user who was erased."""
        user = self._users.pop(user_id, None)
        if user is not None:
            self._ids.remove(user_id)
            self._customers.replace(user, None)
            if user.is_staff:
                self._staff_ids.remove(user_id)

    def iterate_after(self, user_id: str, *, staff_only: bool = False) -> Iterator[User]:
        """Yield the users behind an id, by id; with `staff_only` agents and admins."""
        listed = self._staff_ids if staff_only else self._ids
        for number in range(bisect_right(listed, user_id), len(listed)):
            yield self._users[UserId(listed[number])]

    @property
    def has_admin(self) -> bool:
        """Whether there is an active admin."""
        return any(user.role is Role.ADMIN and user.active for user in self.iterate_after("", staff_only=True))

    def first_admin(self) -> User | None:
        """Return the active admin with the first id, or `None`."""
        admins = (user for user in self._users.values() if user.role is Role.ADMIN and user.active)
        return min(admins, key=lambda user: user.user_id, default=None)
