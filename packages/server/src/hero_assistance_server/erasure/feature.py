"""Registers the methods of erasures and their events."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.erasure import rpc
from hero_assistance_server.erasure.event_types import EVENT_TYPES
from hero_assistance_server.erasure.service import Erasures
from hero_assistance_server.features import Feature
from hero_assistance_server.identity.access import AccessAdministration
from hero_assistance_server.identity.devices.service import DeviceAdministration
from hero_assistance_server.identity.sessions.service import SessionAdministration
from hero_assistance_server.mail.sending.folder import OutboxFolder
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    sessions = SessionAdministration(desk.sessions, desk.hub)
    devices = DeviceAdministration(desk.devices, desk.hub)
    access, letters = AccessAdministration(sessions, devices), OutboxFolder(desk.mail_folder)
    rpc.add_methods(registry, Erasures(desk.store, desk.directory, desk.hub, access, letters))


FEATURE = Feature(_add_methods, event_types=EVENT_TYPES)
