"""Registers the methods of users and their events."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.identity.access import AccessAdministration
from hero_assistance_server.identity.devices.service import DeviceAdministration
from hero_assistance_server.identity.sessions.service import SessionAdministration
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.users import admin_rpc, devices_rpc, login_rpc, rpc
from hero_assistance_server.users.event_types import EVENT_TYPES
from hero_assistance_server.users.login_service import LoginAdministration
from hero_assistance_server.users.service import UserAdministration


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    rpc.add_methods(registry, desk.directory)
    logins = LoginAdministration(desk.store, desk.directory, desk.hub)
    devices = DeviceAdministration(desk.devices, desk.hub)
    access = AccessAdministration(SessionAdministration(desk.sessions, desk.hub), devices)
    admin_rpc.add_methods(registry, UserAdministration(desk.store, desk.directory, desk.hub, access), logins)
    login_rpc.add_methods(registry, logins)
    devices_rpc.add_methods(registry, desk.store, devices)


FEATURE = Feature(_add_methods, event_types=EVENT_TYPES)
