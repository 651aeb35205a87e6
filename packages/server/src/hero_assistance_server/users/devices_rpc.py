"""`user.devices` and `user.revoke`: the addresses of the overlay that stand for somebody."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.rpc.params import UserName
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.sqlite import users
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork

# The longest text of an IPv6 address.
ADDRESS_LIMIT = 45

_LISTS = Example("Carol has bound none yet", "carol", {}, {"devices": []})
_REVOKES = Example("An address that is nobody's", "carol", {"address": "400::1"}, False)


class DevicesOf(Params):
    """Whose devices: the caller's, or, for an admin, anybody's."""

    user_id: UserName | None = None


class RevokeDevice(Params):
    """Which device."""

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


def add_methods(table: MethodRegistry, store: Store, hub: Hub) -> None:
    """Register the methods."""

    @table.method("user.devices", allow=KNOWN, errors=[Unauthenticated, Forbidden, Unavailable], examples=[_LISTS])
    async def devices(caller: Caller, params: DevicesOf) -> DeviceList:
        """List the devices that are let in as the caller; an admin may ask for anybody's."""
        user_id = params.user_id or caller.known().user_id
        if not _may(caller, user_id):
            raise Forbidden("others' devices are for admins")
        found = await store.query(lambda db: users.devices(db, user_id))
        return DeviceList(
            devices=[
                Device(address=one.address, name=one.name, bound_at=one.bound_at, last_seen_at=one.last_seen_at)
                for one in found
            ]
        )

    @table.method("user.revoke", allow=KNOWN, errors=[Unauthenticated, Unavailable], examples=[_REVOKES])
    async def revoke(caller: Caller, params: RevokeDevice) -> bool:
        """Let a device in no more: one's own, or, as an admin, anybody's; whether there was one.

        Every stream of its user ends, and comes back from the devices that are left.
        """

        def command(transaction: SqliteUnitOfWork) -> bool:
            device = users.find_device(transaction.connection, params.address)
            if device is None or not _may(caller, device.user_id):
                return False
            users.revoke_device(transaction.connection, device.address)
            transaction.note("user.revoked", caller, {"user_id": device.user_id, "address": device.address})
            transaction.afterwards.append(lambda: hub.end_reader(device.user_id))
            return True

        return await store.write(command)


def _may(caller: Caller, user_id: wire.UserId) -> bool:
    user = caller.known()
    return user.user_id == user_id or user.role is wire.Role.ADMIN
