"""Counts the bytes of uploads that are on their way, so that many at once do not pass a quota together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.quotas.rules import ByteQuotas, StoredBytes, check_room


class IncomingBytes:
    """The bytes that running uploads have claimed, by uploader; only the event loop's thread uses it."""

    def __init__(self, check_disk: Callable[[int], None] = lambda _unwritten: None) -> None:
        """`check_disk` raises when the disk cannot take so many bytes that are still to be written."""
        self._check_disk = check_disk
        self._claimed: Counter[UserId] = Counter()
        self._written = 0

    @contextmanager
    def claiming(self, uploader: UserId, stored: StoredBytes, quotas: ByteQuotas) -> Iterator[Claim]:
        """Yield the claim of one upload; it is given back when the context ends: the file is stored then, or gone."""
        claim = Claim(self, uploader, stored, quotas)
        try:
            yield claim
        finally:
            self._written -= claim.written
            self._claimed[uploader] -= claim.size
            if not self._claimed[uploader]:
                del self._claimed[uploader]

    def add(self, claim: Claim, more: int) -> None:
        """Count `more` bytes for a claim; raises `QuotaFull` or what `check_disk` raises."""
        total, stored = self._claimed.total(), claim.stored
        if more > 0:
            there = StoredBytes(stored.uploader + self._claimed[claim.uploader], stored.project + total)
            check_room(there, more, claim.quotas)
        self._check_disk(total - self._written + more)
        self._claimed[claim.uploader] += more
        claim.size += more

    def note_written(self, claim: Claim, more: int) -> None:
        """Note that so many bytes of a claim are on the disk, where the system counts them."""
        self._written += more
        claim.written += more


class Claim:
    """What one upload has claimed, and how much of that is written."""

    def __init__(self, incoming: IncomingBytes, uploader: UserId, stored: StoredBytes, quotas: ByteQuotas) -> None:
        self._incoming = incoming
        self.uploader = uploader
        self.stored = stored
        self.quotas = quotas
        self.size = 0
        self.written = 0

    def claim(self, size: int) -> None:
        """Claim room for so many bytes in all; raises `QuotaFull` or `DiskFull`."""
        self._incoming.add(self, max(0, size - self.size))

    def note_written(self, size: int) -> None:
        """Note that so many bytes in all are written."""
        self._incoming.note_written(self, size - self.written)
