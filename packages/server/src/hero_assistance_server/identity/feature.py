"""Registers the methods of signing in, of sessions and of invitations."""

from __future__ import annotations

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.identity.devices.service import DeviceAdministration
from hero_assistance_server.identity.sessions import rpc as sessions_rpc
from hero_assistance_server.identity.sessions.service import SessionAdministration
from hero_assistance_server.identity.sign_in import invitations_rpc
from hero_assistance_server.identity.sign_in import rpc as sign_in_rpc
from hero_assistance_server.identity.sign_in.invitations import Invitations
from hero_assistance_server.identity.sign_in.letters import LetterQueue
from hero_assistance_server.identity.sign_in.rates import SignInRates
from hero_assistance_server.identity.sign_in.service import SignInService
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.users.service import UserAdministration


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    sessions = SessionAdministration(desk.sessions, desk.hub)
    devices = DeviceAdministration(desk.devices, desk.hub)
    rates = SignInRates(desk.limits)
    letters = LetterQueue(desk.settings)
    sign_in_rpc.add_methods(registry, SignInService(desk.store, sessions, devices, rates, letters))
    sessions_rpc.add_methods(registry, desk.store, sessions)
    users = UserAdministration(desk.store, desk.directory, desk.hub, sessions)
    invitations_rpc.add_methods(registry, Invitations(users, letters))


FEATURE = Feature(_add_methods)
