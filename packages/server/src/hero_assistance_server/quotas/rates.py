"""How often each customer may file, write, upload and change, and how often a stranger may call."""

from __future__ import annotations

import time
from collections.abc import Callable

from hero_assistance_httpd.connections.token_buckets import TokenBuckets
from hero_assistance_sdk.errors import TooOften
from hero_assistance_sdk.limits import Limits
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import UserId
from hero_assistance_server.quotas.peer_buckets import PeerBuckets, count_one
from hero_assistance_server.quotas.usage import HOURLY_LIMIT, Usage

_HOUR_S = 3600.0
_MINUTE_S = 60.0
# The origins of programs of this machine, and of the server's own timers.
_MACHINE = frozenset({"unix", "timer"})


class Rates:
    """Token buckets in memory: for each customer and kind of use, and for each address of strangers.

    `nodes` counts the living nodes of the project. A caller may be at any of them, and each allows its share, which is
    one use at least: a use takes as many tokens as there are nodes.
    """

    def __init__(
        self, limits: Limits, clock: Callable[[], float] = time.monotonic, nodes: Callable[[], int] = count_one
    ) -> None:
        def hourly(most: float) -> TokenBuckets:
            return TokenBuckets(most, _HOUR_S, clock=clock)

        changes = hourly(limits.changes_per_hour)
        self._buckets = {
            Usage.TICKETS: hourly(limits.tickets_per_hour),
            Usage.MESSAGES: hourly(limits.messages_per_hour),
            Usage.FILES: hourly(limits.files_per_hour),
            Usage.INVITATIONS: hourly(limits.invitations_per_hour),
            Usage.TEXTS: changes,
            Usage.CHANGES: changes,
        }
        self._strangers = PeerBuckets(limits.stranger_calls_per_minute, _MINUTE_S, clock, nodes)
        self._nodes = nodes

    def count(self, user_id: UserId, usage: Usage) -> None:
        """Count one use of a customer's; raises `TooOften`."""
        buckets = self._buckets[usage]
        wait_s = buckets.take(user_id, self._nodes())
        if wait_s:
            raise TooOften(
                HOURLY_LIMIT.format(limit=f"{buckets.burst:.0f}", use=usage.noun),
                retry_after_s=wait_s,
                kind=RefusalKind.HOURLY_LIMIT,
                values={"limit": int(buckets.burst)},
            )

    def count_stranger(self, origin: str) -> None:
        """Count a call whose user is not known by its address, the last word of its origin; raises `TooOften`.

        A program of this machine is not counted: it may be the supervisor, which asks how the server is.
        """
        if origin in _MACHINE:
            return
        wait_s = self._strangers.take(origin)
        if wait_s:
            raise TooOften(
                f"an address without a user makes at most {self._strangers.most:.0f} calls a minute",
                retry_after_s=wait_s,
                kind=RefusalKind.CALLS_LIMIT,
                values={"limit": int(self._strangers.most)},
            )
