"""Binds devices to users and unbinds them; the directory and the event streams follow each commit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from ipaddress import IPv6Address

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.identity.devices.directory import DeviceDirectory
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.model import Device, User

BOUND, UNBOUND, REVOKED = "auth.device_bound", "auth.signed_out", "user.revoked"


@dataclass(frozen=True, slots=True)
class DeviceAdministration:
    """Writes devices."""

    directory: DeviceDirectory
    hub: Hub

    def bind(
        self, work: UnitOfWork, caller: Caller, user: User, *, address: IPv6Address, name: str, key: str | None
    ) -> Device:
        """Bind the address of this call to a user, in place of users that it, or its node, was bound to."""
        for before in self._find_bindings(work, str(address), key):
            self._delete(work, before)
        device = Device(str(address), user.user_id, name, millis(work.now), None, key)
        work.devices.save(device)
        detail = {"address": device.address, "device_name": name, **({"public_key": key} if key else {})}
        work.record_audit_entry(BOUND, Caller(user, origin=caller.origin), detail)
        work.after_commit(partial(self.directory.add, device))
        return device

    def unbind(self, work: UnitOfWork, caller: Caller, address: str, *, action: str) -> bool:
        """Unbind the device that has an address, and end its streams; returns whether it was bound."""
        device = work.devices.find(address)
        if device is None:
            return False
        for binding in self._find_bindings(work, address, device.public_key):
            self._delete(work, binding)
        work.record_audit_entry(action, caller, {"user_id": device.user_id, "address": device.address})
        return True

    def unbind_all(self, work: UnitOfWork, user_id: UserId) -> None:
        """Unbind every device of a user."""
        for device in [*work.devices.iterate_for(user_id)]:
            self._delete(work, device)

    def _find_bindings(self, work: UnitOfWork, address: str, key: str | None) -> list[Device]:
        """Return every row of the device with an address: a node whose key is known is one, under each of its own."""
        of_node = self.directory.list_node(IPv6Address(address))
        addresses = {address} | {one.address for one in of_node if key is not None or one.public_key is not None}
        if key is not None:
            # One of the same group of commands is not in the directory yet.
            addresses |= {device.address for device in work.devices.list_with_key(key)}
        return [device for one in sorted(addresses) if (device := work.devices.find(one)) is not None]

    def _delete(self, work: UnitOfWork, device: Device) -> None:
        work.devices.delete(device.address)
        work.after_commit(partial(self._forget, device))

    def _forget(self, device: Device) -> None:
        self.directory.remove(device.address)
        self.hub.end_credential(device.user_id, device.address)
