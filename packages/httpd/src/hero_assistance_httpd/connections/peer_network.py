"""What counts as one peer: an IPv4 address, or the IPv6 network that one node has."""

from __future__ import annotations

from functools import lru_cache

from hero_assistance_sdk.access_list import address_of

# A node of the overlay has all addresses of such a network, and so has who rents a server.
_NODE_PREFIX = 64
# A peer comes again and again.
_REMEMBERED = 4096


@lru_cache(_REMEMBERED)
def network_of(text: str) -> str | None:
    """Return what counts as one peer of an address; `None` for what is no address."""
    address = address_of(text)
    if address is None:
        return None
    shift = 128 - _NODE_PREFIX if address.version == 6 else 0
    return f"{address.version}/{int(address) >> shift:x}"


def network_of_peer(peer: str | None) -> str | None:
    """Return what counts as one peer of a connection; `None` for a Unix socket."""
    return None if peer is None else network_of(peer) or peer
