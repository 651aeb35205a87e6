"""Registers the methods of signing in, of sessions and of invitations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.identity.access import AccessAdministration
from hero_assistance_server.identity.devices.service import DeviceAdministration
from hero_assistance_server.identity.expiry import ending_expired
from hero_assistance_server.identity.last_use import record_last_use
from hero_assistance_server.identity.oidc import rpc as oidc_rpc
from hero_assistance_server.identity.oidc.provider import Provider
from hero_assistance_server.identity.oidc.service import OidcService
from hero_assistance_server.identity.passkeys import rpc as passkeys_rpc
from hero_assistance_server.identity.passkeys.challenges import Challenges
from hero_assistance_server.identity.passkeys.service import PasskeyService
from hero_assistance_server.identity.sessions import rpc as sessions_rpc
from hero_assistance_server.identity.sessions.service import SessionAdministration
from hero_assistance_server.identity.sign_in import invitations_rpc
from hero_assistance_server.identity.sign_in import rpc as sign_in_rpc
from hero_assistance_server.identity.sign_in.code_key import NAME as CODE_KEY
from hero_assistance_server.identity.sign_in.code_key import CodeKey
from hero_assistance_server.identity.sign_in.discarded_letters import DiscardedLetters
from hero_assistance_server.identity.sign_in.invitations import UserInvitations
from hero_assistance_server.identity.sign_in.letters import LetterQueue
from hero_assistance_server.identity.sign_in.links import Links
from hero_assistance_server.identity.sign_in.rates import SignInRates
from hero_assistance_server.identity.sign_in.service import SignInService
from hero_assistance_server.outbox.channel import Channel
from hero_assistance_server.outgoing_http.client import OutgoingHttp
from hero_assistance_server.outgoing_http.network_policy import parse_policy
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.users.service import UserAdministration


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    sessions = SessionAdministration(desk.sessions, desk.hub)
    devices = DeviceAdministration(desk.devices, desk.hub)
    rates = SignInRates(desk.limits, nodes=lambda: desk.store.nodes.count)
    letters = LetterQueue(desk.settings)
    links = Links(CodeKey(desk.store.folder / CODE_KEY, desk.store.nodes.secrets))
    sign_in = SignInService(desk.store, sessions, devices, rates, letters, links)
    sign_in_rpc.add_methods(registry, sign_in)
    sessions_rpc.add_methods(registry, desk.store, sessions)
    users = UserAdministration(desk.store, desk.directory, desk.hub, AccessAdministration(sessions, devices))
    invitations_rpc.add_methods(registry, UserInvitations(users, letters, links))
    passkeys_rpc.add_methods(registry, PasskeyService(Challenges(desk.clock, desk.store.nodes.secrets), sign_in))
    oidc_rpc.add_methods(registry, OidcService(_provider(desk), sign_in, users, desk.settings))


def _provider(desk: Desk) -> Provider:
    # The operator names the provider, which may be in a network of their own.
    anywhere = parse_policy("0.0.0.0/0, ::/0")
    return Provider(OutgoingHttp(lambda: anywhere), desk.clock)


@asynccontextmanager
async def _keep_access(desk: Desk) -> AsyncIterator[None]:
    async with record_last_use(desk.store, desk.sessions, desk.devices), ending_expired(desk.sessions, desk.hub):
        yield


def _channels(_desk: Desk) -> tuple[Channel, ...]:
    return (DiscardedLetters(),)


FEATURE = Feature(_add_methods, background=_keep_access, channels=_channels)
