"""The access list: the addresses and networks that may connect, as an operator writes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# ::ffff:0:0/96, where IPv6 sockets see IPv4 peers.
_MAPPED = IPv6Network("::ffff:0:0/96")


@dataclass(frozen=True, slots=True)
class AccessList:
    """Networks whose peers may connect (all peers if there is none), and the entries that name no network."""

    networks: tuple[Network, ...] = ()
    invalid: tuple[str, ...] = ()

    @property
    def is_enforced(self) -> bool:
        """Whether the list refuses any peer."""
        return bool(self.networks)

    def admits(self, peer: str) -> bool:
        """Whether a peer of this address may connect."""
        if not self.networks:
            return True
        address = address_of(peer)
        return address is not None and any(address in network for network in self.networks)

    @property
    def entries(self) -> tuple[str, ...]:
        """The valid entries in one spelling: a network of one address is that address."""
        return tuple(_spell(network) for network in self.networks)


def parse_access(text: str) -> AccessList:
    """Read comma-separated addresses and networks; white space and empty entries do not count."""
    return access_of(text.split(","))


def access_of(entries: Iterable[str]) -> AccessList:
    """The list of these entries, each network once, in their order."""
    networks: dict[Network, None] = {}
    invalid = []
    for entry in filter(None, (entry.strip() for entry in entries)):
        network = network_of(entry)
        if network is None:
            invalid.append(entry)
        else:
            networks[network] = None
    return AccessList(tuple(networks), tuple(invalid))


def network_of(entry: str) -> Network | None:
    """The network that an entry names, `None` for none; host bits may be set, as in `10.1.2.3/8`."""
    if "%" in entry:
        # A zone names a link of this machine, and peers are compared without theirs.
        return None
    try:
        network = ip_network(entry, strict=False)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        inner = int(network.network_address) & 0xFFFF_FFFF
        return IPv4Network((inner, network.prefixlen - _MAPPED.prefixlen))
    return network


# Peers come back with every request; a list of all of them would grow without end.
@lru_cache(1024)
def address_of(peer: str | None) -> Address | None:
    """A peer's address without its zone, IPv4 where it is mapped into IPv6; `None` for what is none."""
    try:
        address = ip_address((peer or "").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _spell(network: Network) -> str:
    alone = network.prefixlen == network.max_prefixlen
    return str(network.network_address if alone else network)
