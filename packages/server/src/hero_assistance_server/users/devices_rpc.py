"""`user.devices` and `user.revoke`: the addresses of the overlay that stand for a user."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.access_lists import fill_access_page, find_shown_owner, read_place
from hero_assistance_server.identity.devices.directory import DeviceDirectory
from hero_assistance_server.identity.devices.service import DeviceAdministration
from hero_assistance_server.identity.permissions import KNOWN, OPERATORS, Caller
from hero_assistance_server.rpc.pages import PageParams
from hero_assistance_server.rpc.params import UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.users import model
from hero_assistance_server.users.service import revoke_device

# The longest text of an IPv6 address.
ADDRESS_LIMIT = 45

_LISTS = Example("Carol has bound none yet", "carol", {}, {"devices": [], "next_cursor": None})
_REVOKES = Example("An address of no user", "carol", {"address": "400::1"}, False)


class OwnerOfDevices(Params):
    """The user of the devices: the caller, for an agent a customer as well, for an admin any user."""

    user_id: UserName | None = None


class DevicesOf(PageParams, OwnerOfDevices):
    """Whose devices, and which page of them."""


class RevokeDevice(Params):
    """The address of a device."""

    address: Annotated[str, StringConstraints(min_length=1, max_length=ADDRESS_LIMIT)]


class Device(Result):
    """A device, by its address of the overlay; `last_seen_at` is null until it first calls.

    Bound by the key of its node, it is the same device under each of the node's addresses. `is_current` says that it
    makes this call.
    """

    address: str
    name: str
    bound_at: wire.Millis
    last_seen_at: wire.Millis | None
    bound_by: Literal["address", "key"]
    is_current: bool


class DeviceList(Result):
    """Devices, in the order in which they were bound."""

    devices: list[Device]
    next_cursor: str | None


def add_methods(table: MethodRegistry, storage: Storage, administration: DeviceAdministration) -> None:
    """Register the methods."""
    errors = [Unauthenticated, Forbidden, Unavailable]

    @table.method("user.devices", allow=KNOWN | OPERATORS, page=True, errors=errors, examples=[_LISTS])
    async def devices(caller: Caller, params: DevicesOf) -> Encoded[DeviceList]:
        """List the devices that log in as the caller; an agent may ask for those of a customer, an admin for any."""
        return await storage.read(lambda snapshot: _list(snapshot, caller, params, administration.directory))

    @table.method("user.revoke", allow=KNOWN | OPERATORS, page=True, errors=errors, examples=[_REVOKES])
    async def revoke(caller: Caller, params: RevokeDevice) -> bool:
        """Revoke a device of the caller or, as an admin, of any user; returns whether there was one.

        Its streams end at once.
        """
        return await storage.write(lambda work: revoke_device(work, caller, administration, params.address))


def _list(snapshot: Snapshot, caller: Caller, params: DevicesOf, directory: DeviceDirectory) -> Encoded[DeviceList]:
    user_id = find_shown_owner(snapshot, caller, params.user_id, "devices")
    json, cursor = fill_access_page(
        snapshot.devices.iterate_for(user_id, read_place(params)),
        lambda device: _serialize(device, directory.last_seen(device), caller),
        lambda device: (device.bound_at, device.address),
        params.limit,
    )
    return Encoded.of(DeviceList, devices=json, next_cursor=cursor)


def _serialize(device: model.Device, last_seen_at: wire.Millis, caller: Caller) -> Device:
    return Device(
        address=device.address,
        name=device.name,
        bound_at=device.bound_at,
        last_seen_at=last_seen_at or None,
        bound_by="address" if device.public_key is None else "key",
        is_current=device.address == caller.credential,
    )
