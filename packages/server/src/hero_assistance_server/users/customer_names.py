"""Finds customers by the beginning of what they are called: made when it is first asked, then kept up to date."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator

from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User

# Behind every text that begins with the same letters.
_END = "\U0010ffff"


class CustomerNames:
    """The active customers by id, whole name, each word of it, and e-mail address."""

    def __init__(self) -> None:
        self._entries: list[tuple[str, UserId]] | None = None

    def replace(self, before: User | None, after: User) -> None:
        """Follow a change of one user; before the first search there is nothing to keep."""
        if self._entries is None:
            return
        for key in _keys_of(before):
            place = bisect_left(self._entries, (key, after.user_id))
            del self._entries[place]
        for key in _keys_of(after):
            insort(self._entries, (key, after.user_id))

    def find(self, prefix: str, users: Iterable[User]) -> Iterator[UserId]:
        """Yield each customer of whom something begins with `prefix`; `users` are all, for the first search."""
        if self._entries is None:
            self._entries = sorted((key, user.user_id) for user in users for key in _keys_of(user))
        folded = fold_name(" ".join(prefix.split()))
        seen: set[UserId] = set()
        for place in range(bisect_left(self._entries, (folded, UserId(""))), len(self._entries)):
            key, user_id = self._entries[place]
            if key > folded + _END:
                return
            if user_id not in seen:
                seen.add(user_id)
                yield user_id


def _keys_of(user: User | None) -> set[str]:
    if user is None or user.role is not Role.CUSTOMER or not user.active:
        return set()
    name = fold_name(" ".join(user.name.split()))
    return {fold_name(user.user_id), name, *name.split(), *((fold_name(user.email),) if user.email else ())}
