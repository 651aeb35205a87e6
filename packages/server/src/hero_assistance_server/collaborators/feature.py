"""Registers the methods of who takes part in a ticket."""

from __future__ import annotations

from hero_assistance_server.collaborators import rpc
from hero_assistance_server.collaborators.service import Invitees
from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.identity.access import AccessAdministration
from hero_assistance_server.identity.devices.service import DeviceAdministration
from hero_assistance_server.identity.sessions.service import SessionAdministration
from hero_assistance_server.identity.sign_in.code_key import NAME as CODE_KEY
from hero_assistance_server.identity.sign_in.code_key import CodeKey
from hero_assistance_server.identity.sign_in.letters import LetterQueue
from hero_assistance_server.identity.sign_in.links import Links
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.users.service import UserAdministration


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    access = AccessAdministration(
        SessionAdministration(desk.sessions, desk.hub), DeviceAdministration(desk.devices, desk.hub)
    )
    users = UserAdministration(desk.store, desk.directory, desk.hub, access)
    links = Links(CodeKey(desk.store.folder / CODE_KEY, desk.store.nodes.secrets))
    rpc.add_methods(registry, Invitees(users, LetterQueue(desk.settings), links), desk.clock)


FEATURE = Feature(_add_methods)
