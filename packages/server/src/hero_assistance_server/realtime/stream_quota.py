"""Limits of the open event streams, in all and for each user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from hero_assistance_sdk.errors import TooMany, Unavailable
from hero_assistance_sdk.limits import Limits
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import UserId


class StreamQuota:
    """Limits the open event streams; each user of a browser uses one."""

    def __init__(self, limits: Limits) -> None:
        self._all = int(limits.streams)
        self._each = int(limits.streams_per_user)
        self._open: Counter[UserId] = Counter()

    def reserve(self, user: UserId) -> AbstractContextManager[None]:
        """Reserve a stream while the context is open; enter it at once. Raises `TooMany` or `Unavailable`."""
        if self._open.total() >= self._all:
            raise Unavailable(f"{self._all} event streams are open already", hint="try again later")
        if self._open[user] >= self._each:
            raise TooMany(
                f"{user} has {self._each} event streams open already",
                hint="close some of them",
                kind=RefusalKind.STREAMS_LIMIT,
                values={"limit": self._each},
            )
        return self._hold(user)

    @contextmanager
    def _hold(self, user: UserId) -> Iterator[None]:
        self._open[user] += 1
        try:
            yield
        finally:
            self._open[user] -= 1
            if not self._open[user]:
                del self._open[user]
