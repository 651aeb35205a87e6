"""How often each peer may do one thing, by what the origin of its call says of its address."""

from __future__ import annotations

import time
from collections.abc import Callable

from hero_assistance_httpd.connections.token_buckets import TokenBuckets
from hero_assistance_sdk.access_list import Address, address_of

# A node of the overlay has all addresses of such a network, and so has who rents a server.
_NODE_PREFIX = 64
# Behind a proxy that tells no address, all of its callers are one peer: they have the room of so many.
UNNAMED = 10


class PeerBuckets:
    """A bucket for each address, and one of its own for each socket whose callers have none."""

    def __init__(self, most: float, refill_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow one peer `most` at once, and as many again in each `refill_s` seconds."""
        self.most = most
        self._named = TokenBuckets(most, refill_s, clock=clock)
        self._unnamed = TokenBuckets(most * UNNAMED, refill_s, clock=clock)

    def take(self, origin: str, about: str = "") -> float:
        """Count a use of an origin, of what it is `about`; returns 0, or the seconds until it may be made."""
        network = network_of_origin(origin)
        buckets, peer = (self._unnamed, origin) if network is None else (self._named, network)
        return buckets.take(f"{peer} {about}")


def network_of_origin(origin: str) -> str | None:
    """Return what counts as one address of an origin's last word; `None` where that is no address."""
    address = address_of(origin.rpartition(" ")[2])
    return None if address is None else _network_of(address)


def _network_of(address: Address) -> str:
    """Return what counts as one address: an IPv4 address, or the IPv6 network that one node has."""
    shift = 128 - _NODE_PREFIX if address.version == 6 else 0
    return f"{address.version}/{int(address) >> shift:x}"
