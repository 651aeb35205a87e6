"""Caches of JSON: each row as long as there is room, each whole answer until the next commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Any

from hero_assistance_sdk.rpc.encoded import Encoded, M
from hero_assistance_server.storage.unit_of_work import Storage

# Some 2,000 ordinary tickets; a row and its JSON count.
ROWS_LIMIT = 4 * 1024 * 1024
# The first pages of the whole team.
ANSWERS_LIMIT = 8 * 1024 * 1024


class RowCache:
    """The JSON of rows as one audience sees it.

    It is kept under the row's own text, of which `encode` makes it: another row is another key, so nothing that is
    kept can be out of date. What was not asked for while as much again was added is forgotten.
    """

    def __init__(self, encode: Callable[[str], bytes], limit: int = ROWS_LIMIT) -> None:
        self._encode = encode
        self._limit = limit // 2
        self._size = 0
        self._young: dict[str, bytes] = {}
        self._old: dict[str, bytes] = {}

    def encode_each(self, rows: Iterable[str]) -> list[bytes]:
        """The JSON of each of these rows."""
        young = self._young
        return [young.get(row) or self._add(row) for row in rows]

    def _add(self, row: str) -> bytes:
        made = self._old.get(row) or self._encode(row)
        size = len(row) + len(made)
        if self._size + size > self._limit:
            self._old, self._young, self._size = self._young, {}, 0
        self._young[row] = made
        self._size += size
        return made


class ResponseCache:
    """Whole answers, which hold until something is committed.

    Only what depends on the database and the key alone may be kept: no time, no presence. The key names the caller
    where another caller gets another answer.
    """

    def __init__(self, storage: Storage, limit: int = ANSWERS_LIMIT) -> None:
        self._storage = storage
        self._limit = limit
        self._commits = storage.commits
        self._size = 0
        self._kept: dict[Hashable, Encoded[Any]] = {}

    async def answer(self, key: Hashable, make: Callable[[], Awaitable[Encoded[M]]]) -> Encoded[M]:
        """The answer that is kept under the key, or the one that `make` makes now; raises what `make` raises."""
        self._forget()
        found = self._kept.get(key)
        if found is not None:
            return found
        commits = self._storage.commits
        made = await make()
        # A commit in between may be in the answer or not, so that it holds for neither state.
        if commits == self._storage.commits and self._size + len(made.json) <= self._limit:
            self._forget()
            self._kept[key] = made
            self._size += len(made.json)
        return made

    def _forget(self) -> None:
        if self._commits != self._storage.commits:
            self._commits = self._storage.commits
            self._kept.clear()
            self._size = 0
