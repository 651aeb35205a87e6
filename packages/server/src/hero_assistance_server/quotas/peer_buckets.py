"""How often each peer may do one thing, by what the origin of its call says of its address."""

from __future__ import annotations

import time
from collections.abc import Callable

from hero_assistance_httpd.connections.peer_network import network_of
from hero_assistance_httpd.connections.token_buckets import TokenBuckets

# Behind a proxy that tells no address, all of its callers are one peer: they have the room of so many.
UNNAMED = 10


def count_one() -> int:
    """Return the number of nodes of a project with a single one."""
    return 1


class PeerBuckets:
    """A bucket for each address, and one of its own for each socket whose callers have none."""

    def __init__(
        self,
        most: float,
        refill_s: float,
        clock: Callable[[], float] = time.monotonic,
        nodes: Callable[[], int] = count_one,
    ) -> None:
        """Allow one peer `most` at once, and as many again in each `refill_s` seconds; its share on each of `nodes`."""
        self.most = most
        self._nodes = nodes
        self._named = TokenBuckets(most, refill_s, clock=clock)
        self._unnamed = TokenBuckets(most * UNNAMED, refill_s, clock=clock)

    def take(self, origin: str, about: str = "") -> float:
        """Count a use of an origin, of what it is `about`; returns 0, or the seconds until it may be made."""
        network = network_of_origin(origin)
        buckets, peer = (self._unnamed, origin) if network is None else (self._named, network)
        return buckets.take(f"{peer} {about}", self._nodes())


def network_of_origin(origin: str) -> str | None:
    """Return what counts as one address of an origin's last word; `None` where that is no address."""
    return network_of(origin.rpartition(" ")[2])
