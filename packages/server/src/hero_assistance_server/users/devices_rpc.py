"""`user.devices` and `user.revoke`: the addresses of the overlay that stand for a user."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.users import model
from hero_assistance_server.users.service import iterate_devices, revoke_device

# The longest text of an IPv6 address.
ADDRESS_LIMIT = 45

_LISTS = Example("Carol has bound none yet", "carol", {}, {"devices": [], "next_cursor": None})
_REVOKES = Example("An address of no user", "carol", {"address": "400::1"}, False)


class OwnerOfDevices(Params):
    """The user of the devices: the caller, or, for an admin, any user."""

    user_id: UserName | None = None


class DevicesOf(PageParams, OwnerOfDevices):
    """Whose devices, and which page of them."""


class RevokeDevice(Params):
    """The address of a device."""

    address: Annotated[str, StringConstraints(min_length=1, max_length=ADDRESS_LIMIT)]


class Device(Result):
    """A device, by its address of the overlay; `last_seen_at` is null until it first calls."""

    address: str
    name: str
    bound_at: wire.Millis
    last_seen_at: wire.Millis | None


class DeviceList(Result):
    """Devices, in the order in which they were bound."""

    devices: list[Device]
    next_cursor: str | None


def add_methods(table: MethodRegistry, storage: Storage, hub: Hub) -> None:
    """Register the methods."""

    @table.method("user.devices", allow=KNOWN, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS])
    async def devices(caller: Caller, params: DevicesOf) -> Encoded[DeviceList]:
        """List the devices that log in as the caller; an admin may ask for those of any user."""
        return await storage.read(lambda snapshot: _list(snapshot, caller, params))

    @table.method("user.revoke", allow=KNOWN, errors=[Unauthenticated, Unavailable], examples=[_REVOKES])
    async def revoke(caller: Caller, params: RevokeDevice) -> bool:
        """Revoke a device of the caller or, as an admin, of any user; returns whether there was one.

        Every stream of its user ends, and comes back from the devices that are left.
        """
        return await storage.write(lambda work: revoke_device(work, caller, hub, params.address))


def _list(snapshot: Snapshot, caller: Caller, params: DevicesOf) -> Encoded[DeviceList]:
    user_id = params.user_id or caller.known().user_id
    bound_at, address = (0, "") if params.cursor is None else place_at(params.cursor, int, str)
    page = fill_page(iterate_devices(snapshot, caller, user_id, (bound_at, address)), _encode, params.limit)
    cursor = None if page.last is None else cursor_at(page.last.bound_at, page.last.address)
    return Encoded.of(DeviceList, devices=page.json, next_cursor=cursor)


def _encode(device: model.Device) -> bytes:
    shown = Device(address=device.address, name=device.name, bound_at=device.bound_at, last_seen_at=device.last_seen_at)
    return shown.model_dump_json().encode()
