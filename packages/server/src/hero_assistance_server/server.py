"""The running server: store, applications and listeners, from start to the last byte sent."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from datetime import UTC, datetime

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.settings import SettingsReader
from hero_assistance_sdk.listeners import Listener, bind_tcp, bound_address, serve, unix_listener
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.release import release_id, version
from hero_assistance_server.app import Applications, Desk, applications
from hero_assistance_server.binding import Bind, wanted_bind
from hero_assistance_server.directory import DEMO_USERS, Directory
from hero_assistance_server.events.hub import Hub
from hero_assistance_server.identity import AuthMode, OverlayGate
from hero_assistance_server.mycelium import DEFAULT_API, node_address
from hero_assistance_server.store import events, users
from hero_assistance_server.store.store import Store, open_store
from hero_assistance_server.store.transaction import Transaction

_log = get_log("server")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line decides; `tcp` is `None` for no TCP listener.

    `mycelium_api` is where the mycelium daemon of this machine is asked, when `MYCELIUM_BIND` says `auto:`.
    """

    paths: Paths
    mode: AuthMode
    seed_dev_users: bool
    tcp: str | None
    mycelium_api: str = DEFAULT_API


async def run(settings: Settings, *, stop: asyncio.Event | None = None) -> None:
    """Serve until SIGTERM, SIGINT or `stop`; raises `HeroError` when the server cannot start."""
    hub = Hub()
    _log.info("server.starting", version=version(), release=release_id(), auth_mode=settings.mode.value)
    async with open_store(settings.paths.data, clock=_now, publish=hub.publish) as store:
        if settings.seed_dev_users:
            await seed_dev_users(store, settings.mode)
        hub.last_seq = await store.read(events.last_seq)
        directory = Directory(await store.read(users.everyone))
        bound = await _bound(settings)
        address = bound_address(bound) if bound else None
        apps = applications(Desk(store, hub, directory, settings.mode, address))
        await serve(_listeners(settings.paths, apps, bound), stop=stop, closing=hub.close)
    _log.info("server.stopped")


async def seed_dev_users(store: Store, mode: AuthMode) -> None:
    """Make the four demo users, or give them their roles again."""
    if mode is AuthMode.HERO:
        # Whoever the edge lets sign in as alice is an admin then.
        _log.warning("users.seeded-in-hero-mode", users=",".join(user.user_id for user in DEMO_USERS))

    def command(transaction: Transaction) -> None:
        for user in DEMO_USERS:
            users.save(transaction.connection, user, transaction.now)

    await store.write(command)


async def _bound(settings: Settings) -> socket.socket | None:
    """The TCP socket; that it cannot be had is no reason to leave this machine without its desk."""
    if settings.tcp is None:
        return None
    told = await SettingsReader(settings.paths).refresh()
    try:
        bind = wanted_bind(settings.tcp, told.mycelium_bind)
        if bind.is_auto:
            bind = Bind(str(await node_address(settings.mycelium_api)), bind.port)
        return bind_tcp(str(bind))
    except HeroError as error:
        _log.error("listener.tcp-unavailable", reason=error.reason, error=error.message, hint=error.hint or "")
        return None


def _listeners(paths: Paths, apps: Applications, bound: socket.socket | None) -> list[Listener]:
    listeners = [
        unix_listener(paths.socket("rpc"), apps.rpc),
        unix_listener(paths.socket("events"), apps.events),
    ]
    return listeners if bound is None else [*listeners, Listener("tcp", bound, apps.tcp, gate=OverlayGate())]


def _now() -> datetime:
    return datetime.now(UTC)
