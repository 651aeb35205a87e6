"""The devices of this project, in memory: a call over the overlay looks up its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from ipaddress import IPv6Address, IPv6Network

from hero_assistance_sdk.access_list import address_of
from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.users.model import Device

# Every address of a mycelium overlay; the network itself vouches for them.
OVERLAY = IPv6Network("400::/7")
# A node has all addresses of such a network.
_NODE_BITS = 64
# The time of the last call is written this much later at most; a list shows it by the minute.
_SEEN_EVERY_MS = 60_000

# Asks for the key of the node with an address; `None` where no daemon tells it.
KeyLookup = Callable[[IPv6Address], Awaitable[str | None]]


async def find_no_key(_address: IPv6Address) -> str | None:
    """Know no key, as without a daemon."""
    return None


def overlay_address(peer: str | None) -> IPv6Address | None:
    """Return the address of an overlay peer; `None` for another one."""
    address = address_of(peer)
    return address if isinstance(address, IPv6Address) and address in OVERLAY else None


class DeviceDirectory:
    """The devices as the database has them; each write of one changes it here after the commit."""

    def __init__(self, devices: Iterable[Device] = (), find_key: KeyLookup = find_no_key) -> None:
        self._find_key = find_key
        self._by_address: dict[str, Device] = {}
        # By the network of their node.
        self._by_node: dict[int, dict[str, Device]] = {}
        self._seen: dict[str, Millis] = {}
        self._unwritten: dict[str, Millis] = {}
        for device in devices:
            self.add(device)

    def add(self, device: Device) -> None:
        """Add a device, or replace the one with its address."""
        self.remove(device.address)
        self._by_address[device.address] = device
        self._by_node.setdefault(_node_of(device.address), {})[device.address] = device

    def remove(self, address: str) -> None:
        """Remove the device with an address, if it is there."""
        self._seen.pop(address, None)
        self._unwritten.pop(address, None)
        device = self._by_address.pop(address, None)
        if device is None:
            return
        node = _node_of(address)
        own = self._by_node[node]
        del own[address]
        if not own:
            del self._by_node[node]

    async def find_key(self, address: IPv6Address) -> str | None:
        """Ask for the key of the node with an address."""
        return await self._find_key(address)

    async def find(self, address: IPv6Address) -> Device | None:
        """Return the device that has this address or, where devices are bound by a key, another one of its node."""
        node = int(address) >> _NODE_BITS
        if not any(one.public_key is not None for one in self._by_node.get(node, {}).values()):
            return self._by_address.get(str(address))
        key = await self._find_key(address)
        # It may have been revoked meanwhile.
        own, device = self._by_node.get(node, {}), self._by_address.get(str(address))
        # Without a daemon the network still vouches for the address.
        is_own = device is not None and (key is None or device.public_key in (None, key))
        same = [one for one in own.values() if key is not None and one.public_key == key]
        # The node is one device, of the user who was bound last.
        candidates = [*same, device] if device is not None and is_own else same
        return max(candidates, key=lambda one: (one.bound_at, one.address), default=None)

    def note_seen(self, device: Device, now: Millis) -> None:
        """Note that a device calls."""
        if now - self.last_seen(device) >= _SEEN_EVERY_MS:
            self._seen[device.address] = self._unwritten[device.address] = now

    def last_seen(self, device: Device) -> Millis:
        """Return when a device called last, to the minute; 0 before its first call."""
        stored = device.last_seen_at or Millis(0)
        return max(self._seen.get(device.address, stored), stored)

    def find_bound(self, address: str) -> Device | None:
        """Return the device that is bound with an address, or `None`."""
        return self._by_address.get(address)

    def iterate_addresses(self) -> Iterator[str]:
        """Yield the addresses of all devices."""
        return iter(self._by_address)

    def list_node(self, address: IPv6Address) -> list[Device]:
        """Return what is bound of the addresses of the node with an address."""
        return list(self._by_node.get(int(address) >> _NODE_BITS, {}).values())

    def list_of(self, user_id: UserId) -> list[Device]:
        """Return the devices of a user."""
        return [device for device in self._by_address.values() if device.user_id == user_id]

    def take_seen(self) -> dict[str, Millis]:
        """Return the times of calls that are not written yet, and count them as written."""
        taken, self._unwritten = self._unwritten, {}
        return taken


def _node_of(address: str) -> int:
    return int(IPv6Address(address)) >> _NODE_BITS
