"""Finds customers by the beginning of what they are called: made when it is first asked, then kept up to date."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge

from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User

# Sorted at once, which no other thread can interrupt: some milliseconds.
PORTION = 2000
# Behind every text that begins with the same letters.
_END = "\U0010ffff"


# What a customer is called, and their id.
_Entry = tuple[str, UserId]


class CustomerNames:
    """The active customers by id, whole name, each word of it, and e-mail address."""

    def __init__(self) -> None:
        self._entries: list[_Entry] | None = None
        self._sorting: asyncio.Future[list[_Entry]] | None = None
        # What changed while they were sorted.
        self._missed: list[tuple[User | None, User | None]] = []

    async def prepare(self, users: Iterable[User]) -> None:
        """Sort what all users are called before the first search, in a thread while others are served."""
        if self._entries is not None:
            return
        if self._sorting is None:
            self._sorting = asyncio.ensure_future(asyncio.to_thread(_sort, list(users)))
        entries = await asyncio.shield(self._sorting)
        if self._entries is None:
            self._entries = entries
            for before, after in self._missed:
                self.replace(before, after)
            self._missed.clear()

    def replace(self, before: User | None, after: User | None) -> None:
        """Follow a change of one user, who may be new or gone; before the first search there is nothing to keep."""
        if self._entries is None:
            if self._sorting is not None:
                self._missed.append((before, after))
            return
        for entry in _entries_of(before):
            del self._entries[bisect_left(self._entries, entry)]
        for entry in _entries_of(after):
            insort(self._entries, entry)

    def find(self, prefix: str, users: Iterable[User]) -> Iterator[UserId]:
        """Yield each customer of whom something begins with `prefix`; `users` are all, for the first search."""
        if self._entries is None:
            self._entries = _sort(list(users))
        folded = fold_name(" ".join(prefix.split()))
        seen: set[UserId] = set()
        for place in range(bisect_left(self._entries, (folded, UserId(""))), len(self._entries)):
            key, user_id = self._entries[place]
            if key > folded + _END:
                return
            if user_id not in seen:
                seen.add(user_id)
                yield user_id


def _sort(users: Sequence[User]) -> list[_Entry]:
    starts = range(0, len(users), PORTION)
    portions = (users[start : start + PORTION] for start in starts)
    return list(merge(*(sorted(entry for user in portion for entry in _entries_of(user)) for portion in portions)))


def _entries_of(user: User | None) -> list[_Entry]:
    return [] if user is None else [(key, user.user_id) for key in _keys_of(user)]


def _keys_of(user: User) -> set[str]:
    if user.role is not Role.CUSTOMER or not user.active:
        return set()
    name = fold_name(" ".join(user.name.split()))
    return {fold_name(user.user_id), name, *name.split(), *((fold_name(user.email),) if user.email else ())}
