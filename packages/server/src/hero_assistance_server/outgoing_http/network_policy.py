"""Which addresses the server may send requests to: those of the internet, and the networks that the operator names.

A URL that somebody typed may lead to a database or a router next to the server. So every address is refused that is
not of the public internet, in each of its spellings, unless the operator allows its network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from hero_assistance_sdk.access_list import Address, Network, network_of
from hero_assistance_server.identity.devices.directory import OVERLAY

# The words for networks that every machine has.
NAMED_NETWORKS: dict[str, tuple[Network, ...]] = {
    "loopback": (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")),
    "link-local": (IPv4Network("169.254.0.0/16"), IPv6Network("fe80::/10")),
    "private": (
        IPv4Network("10.0.0.0/8"),
        IPv4Network("172.16.0.0/12"),
        IPv4Network("192.168.0.0/16"),
        IPv4Network("100.64.0.0/10"),
        IPv6Network("fc00::/7"),
    ),
    "overlay": (OVERLAY,),
}
# The only part of IPv6 that is given out for the internet (IANA's registry of the address space).
_INTERNET = IPv6Network("2000::/3")
# Where an IPv6 address leads to an IPv4 address that is inside it: RFC 4291, 6052 and 3056. The last has it in front.
_INNER_LAST = (IPv6Network("::/96"), IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
_SIX_TO_FOUR = IPv6Network("2002::/16")


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """The networks that the operator allows in addition to the internet, and the entries that name none."""

    allowed: tuple[Network, ...] = ()
    invalid: tuple[str, ...] = ()

    def permits(self, address: Address) -> bool:
        """Whether a request may be sent to this address."""
        return self.is_allowed(address) or is_of_internet(address)

    def is_allowed(self, address: Address) -> bool:
        """Whether the operator allows the network of this address."""
        spellings = list(_spellings(address))
        return any(one in network for one in spellings for network in self.allowed)


def parse_policy(text: str) -> NetworkPolicy:
    """Read comma-separated networks and words of `NAMED_NETWORKS`; white space and empty entries do not count."""
    allowed: dict[Network, None] = {}
    invalid = []
    for entry in filter(None, (entry.strip() for entry in text.split(","))):
        network = network_of(entry)
        found = NAMED_NETWORKS.get(entry.lower(), () if network is None else (network,))
        allowed |= dict.fromkeys(found)
        if not found:
            invalid.append(entry)
    return NetworkPolicy(tuple(allowed), tuple(invalid))


def is_of_internet(address: Address) -> bool:
    """Whether an address is one of the public internet, and so is the IPv4 address inside it where there is one."""
    return all(_is_public(one) for one in _spellings(address))


def read_address(text: str) -> Address | None:
    """The address that a text spells, `None` for a name; a zone leads to a link of this machine and stays with it."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_public(address: Address) -> bool:
    if address.is_multicast or not address.is_global:
        return False
    return isinstance(address, IPv4Address) or address in _INTERNET


def _spellings(address: Address) -> Iterator[Address]:
    """The address, or the IPv4 address that it leads to; of 6to4 and Teredo both, which relays may forward."""
    if isinstance(address, IPv4Address):
        yield address
        return
    address = IPv6Address(int(address))
    if any(address in network for network in _INNER_LAST) and int(address) > 1:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
        return
    yield address
    if address in _SIX_TO_FOUR:
        yield IPv4Address(int(address) >> 80 & 0xFFFF_FFFF)
    if address.teredo is not None:
        yield from address.teredo
