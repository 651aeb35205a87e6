"""Counts the bytes of uploads that are on their way, so that many at once do not pass a quota together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.quotas.rules import ByteQuotas, StoredBytes, check_room


class IncomingBytes:
    """The bytes that running uploads have claimed, by uploader; only the event loop's thread uses it."""

    def __init__(self) -> None:
        self._claimed: Counter[UserId] = Counter()

    @contextmanager
    def claiming(self, uploader: UserId, stored: StoredBytes, quotas: ByteQuotas) -> Iterator[Callable[[int], None]]:
        """Yield a function that claims room for so many bytes of one upload in all; it raises `QuotaFull`.

        What was claimed is given back when the context ends: it is stored by then, or will not be.
        """
        own = 0

        def claim(size: int) -> None:
            nonlocal own
            more = size - own
            if more <= 0:
                return
            there = StoredBytes(stored.uploader + self._claimed[uploader], stored.project + self._claimed.total())
            check_room(there, more, quotas)
            self._claimed[uploader] += more
            own = size

        try:
            yield claim
        finally:
            self._claimed[uploader] -= own
            if not self._claimed[uploader]:
                del self._claimed[uploader]
