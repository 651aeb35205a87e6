"""The running server: store, applications and listeners, from start to the last byte sent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from functools import partial

from hero_assistance_httpd.health import Health
from hero_assistance_httpd.listeners import Listener, bound_address, serve, unix_listener
from hero_assistance_httpd.settings_health import settings_reporter
from hero_assistance_httpd.socket_handover import Predecessor, bind_or_take_over, predecessor
from hero_assistance_sdk.errors import HeroError, Unavailable, UsageError
from hero_assistance_sdk.files.data_folder import find_remains
from hero_assistance_sdk.files.usable_folder import usable_folder
from hero_assistance_sdk.hero_proc.settings import SettingsReader
from hero_assistance_sdk.limits import DEFAULTS, Limits
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.release import release_id, version
from hero_assistance_server.backups.service import Backups
from hero_assistance_server.desk import Desk, TcpListener, utc_now
from hero_assistance_server.events.stored_event import StoredEvent
from hero_assistance_server.exports.service import Exports
from hero_assistance_server.features import run_background
from hero_assistance_server.http.applications import Applications, applications
from hero_assistance_server.http.bind_address import Bind, wanted_bind
from hero_assistance_server.http.takeover_app import TakeoverApp
from hero_assistance_server.identity.access_follower import AccessFollower
from hero_assistance_server.identity.authentication import AuthMode, OverlayPolicy
from hero_assistance_server.identity.last_use import load_access
from hero_assistance_server.identity.mycelium import DEFAULT_API, NodeKeys, read_node_address
from hero_assistance_server.jobs.maintenance import maintain
from hero_assistance_server.jobs.running import running
from hero_assistance_server.jobs.settings_watch import SettingsWatch, watch_settings
from hero_assistance_server.jobs.timers import Timers
from hero_assistance_server.outgoing_http.client import OutgoingHttp
from hero_assistance_server.outgoing_http.policy_source import PolicySource
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.disk_reserve import DiskReserve, check_large_work, watch_disk
from hero_assistance_server.quotas.rates import Rates
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.realtime.view_counts import ViewCounts, watch_view_counts
from hero_assistance_server.saved_views.service import count_views
from hero_assistance_server.storage.engines import open_storage, require_openable
from hero_assistance_server.storage.errors import DatabaseUnusable
from hero_assistance_server.storage.unit_of_work import Storage
from hero_assistance_server.users.directory import DEMO_USERS, Directory
from hero_assistance_server.users.login_service import seed_users
from hero_assistance_server.webhooks.follower import WebhookFollower

# Of the users that a warning is about; a line of a log is no list.
_NAMED_IN_LOG = 20

REMOVES_DEMO_USERS = "hero_assistance user deactivate --demo ends their access; then hero_assistance --start"

# The server binds once.
_MENDED = "; then hero_assistance restart"

_log = get_log("server")


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """What the command line decides; `tcp` is `None` for no TCP listener.

    `mycelium_api` is where the mycelium daemon of this machine is asked, when `MYCELIUM_BIND` says `auto:`. `database`
    is the URL of a PostgreSQL, which may have a password; `None` is SQLite in the data folder.
    """

    paths: Paths
    mode: AuthMode
    seed_dev_users: bool
    tcp: str | None
    mycelium_api: str = DEFAULT_API
    limits: Limits = DEFAULTS
    is_replicated: bool = False
    database: str | None = field(default=None, repr=False)


async def run(settings: ServerSettings, *, stop: asyncio.Event | None = None) -> None:
    """Serve until SIGTERM, SIGINT or `stop`; raises `HeroError` when the server cannot start."""
    hub, timers, health = Hub(), Timers(utc_now), Health()
    _log.info("server.starting", version=version(), release=release_id(), auth_mode=settings.mode.value)
    before = predecessor()
    if before is not None:
        await _succeed(settings, hub, timers, health, before, stop or asyncio.Event())
    else:
        async with _desk(settings, hub, timers, health) as desk:
            bound = await _bind(settings, health)
            apps = applications(replace(desk, tcp=bound.described))
            await serve(
                _listeners(settings.paths, apps, bound),
                stop=stop,
                closing=hub.close,
                background=[partial(timers.run, desk.store)],
                limits=settings.limits,
            )
    _log.info("server.stopped")


async def _succeed(
    settings: ServerSettings, hub: Hub, timers: Timers, health: Health, before: int, stop: asyncio.Event
) -> None:
    """Take the sockets of a server that still runs, and the database once it has ended; requests wait for that.

    What can be known of whether the database will open is found out before a socket is taken.
    """
    require_openable(settings.paths.data, settings.database)
    with closing(Predecessor(before)) as old:
        bound = await _bind(settings, health)
        rpc, events, tcp = (TakeoverApp(old) for _ in range(3))
        listeners = _listeners(settings.paths, Applications(rpc, events, tcp), bound)

        async def take_over() -> None:
            await old.wait_for_end()
            async with _desk(settings, hub, timers, health) as desk:
                apps = applications(replace(desk, tcp=bound.described))
                for standby, app in ((rpc, apps.rpc), (events, apps.events), (tcp, apps.tcp)):
                    standby.give_way(app)
                _log.info("server.took-over", predecessor=before)
                timing = group.create_task(timers.run(desk.store))
                await served.wait()
                timing.cancel()

        served = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                taking = group.create_task(take_over())
                await serve(listeners, stop=stop, closing=hub.close, limits=settings.limits)
                served.set()
                if not rpc.gave_way:
                    taking.cancel()
        except ExceptionGroup as errors:
            # One of the two tasks failed; the log needs the reason, not which task it was.
            raise errors.exceptions[0] from None


@asynccontextmanager
async def _desk(settings: ServerSettings, hub: Hub, timers: Timers, health: Health) -> AsyncIterator[Desk]:
    """Open the database and load what stays in memory of it; raises what `open_storage` raises."""
    followers: list[Callable[[StoredEvent], None]] = [hub.publish, timers.hear]

    def publish(event: StoredEvent) -> None:
        for follow in followers:
            follow(event)

    if settings.database is None:
        refuse_remains(settings.paths)
    async with open_storage(
        settings.paths.data,
        settings.database,
        clock=utc_now,
        publish=publish,
        health=health,
        is_replicated=settings.is_replicated,
    ) as store:
        if settings.seed_dev_users:
            await seed_dev_users(store, settings.mode)
        if settings.mode is AuthMode.HERO:
            await refuse_demo_users(store)
        last_seq = await store.read(lambda snapshot: snapshot.events.last_seq())
        # Another node may have told of later ones meanwhile.
        hub.last_seq = max(hub.last_seq, last_seq)
        hub.presence.join(store.nodes.presence)
        directory = await _load_directory(store, settings.mode)
        sessions, devices = await load_access(store, NodeKeys(settings.mycelium_api).find)
        store.nodes.access.follow(AccessFollower(directory, sessions, devices, hub).apply)
        kept, exported = settings.paths.backups, settings.paths.exports
        backups = Backups(store, kept, check=partial(check_large_work, kept, settings.limits))
        exports = Exports(store, exported, check=partial(check_large_work, exported, settings.limits))
        reserve = DiskReserve(settings.paths.data, store.files.folder, settings.limits, health)
        admission = Admission(Rates(settings.limits, nodes=lambda: store.nodes.count), reserve)
        watch = SettingsWatch(settings.paths)
        desk = Desk(
            store,
            hub,
            directory,
            settings.mode,
            backups,
            exports,
            limits=settings.limits,
            health=health,
            admission=admission,
            outgoing=OutgoingHttp(PolicySource(watch.current)),
            webhooks=WebhookFollower(health),
            followers=followers,
            sessions=sessions,
            devices=devices,
            owner=settings.paths.data.stat().st_uid,
            settings=watch.current,
            refresh_settings=watch.refresh,
            mail_folder=settings.paths.mail,
            mail_socket=settings.paths.socket("lmtp"),
        )
        counts = ViewCounts(hub, store, count_views)
        async with (
            running(store.nodes.wait_until_outdated),
            maintain(store, backups, exports),
            watch_view_counts(counts),
            watch_disk(reserve),
            watch_settings(watch),
            run_background(desk),
        ):
            yield desk


def refuse_remains(paths: Paths) -> None:
    """Raise `DatabaseUnusable` where an empty desk would begin over the remains of another one.

    Its backups would take the places of the old ones, and garbage collection its attachments.
    """
    with usable_folder(paths.data):
        remains = find_remains(paths)
    if remains is not None:
        raise DatabaseUnusable(remains.message, hint=remains.hint)


async def seed_dev_users(store: Storage, mode: AuthMode) -> None:
    """Create those of the four demo users that are missing; raises `UsageError` in hero mode."""
    if mode is AuthMode.HERO:
        # The edge may let any user sign in as alice, who is an admin then.
        raise UsageError("demo users are for --auth-mode dev", hint="leave --seed-dev-users away")
    await store.write(lambda work: seed_users(work, DEMO_USERS, demo=True))


async def refuse_demo_users(store: Storage) -> None:
    """Raise `DatabaseUnusable` where demo users are active: the edge may let any user sign in by their names."""
    found = await store.read(lambda snapshot: snapshot.users.list_demo())
    if found:
        names = ", ".join(user.user_id for user in found)
        raise DatabaseUnusable(f"there are demo users in this database: {names}", hint=REMOVES_DEMO_USERS)


async def _load_directory(store: Storage, mode: AuthMode) -> Directory:
    """Load the users and their logins; warns of agents and admins who cannot come in."""
    directory = Directory(*await store.read(lambda snapshot: (snapshot.users.list_all(), snapshot.logins.list_all())))
    if mode is AuthMode.HERO and (unbound := directory.list_without_login()):
        names = ",".join(user.user_id for user in unbound[:_NAMED_IN_LOG])
        _log.warning("users.without-login", count=len(unbound), users=names, hint="bind them with user.bind_login")
    return directory


@dataclass(frozen=True, slots=True)
class Bound:
    """The TCP socket and the requested address, by which the next process asks for the socket; or why there is none."""

    socket: socket.socket | None = None
    address: str | None = None
    error: HeroError | None = None

    @property
    def described(self) -> TcpListener:
        """The listener as `system.health` describes it."""
        return TcpListener(bound_address(self.socket) if self.socket else None, self.address, self.error)


async def _bind(settings: ServerSettings, health: Health) -> Bound:
    """Bind the TCP socket, or log why not: the Unix sockets serve without it."""
    if settings.tcp is None:
        return Bound()
    told = await SettingsReader(settings.paths).refresh()
    bind: Bind | None = None
    try:
        bind = wanted_bind(settings.tcp, told.mycelium_bind)
        if bind.is_broad and told.is_closed:
            settings_reporter(health, "the server listens on no TCP address", _MENDED)(told)
            raise Unavailable("MYCELIUM_BIND cannot be read, and may name one address", hint=told.fault_line)
        if bind.is_auto:
            bind = Bind(str(await read_node_address(settings.mycelium_api)), bind.port)
        return Bound(bind_or_take_over(str(bind)), str(bind))
    except HeroError as error:
        _log.error("listener.tcp-unavailable", reason=error.reason, error=error.message, hint=error.hint or "")
        return Bound(address=None if bind is None or bind.is_auto else str(bind), error=error)


def _listeners(paths: Paths, apps: Applications, bound: Bound) -> list[Listener]:
    listeners = [
        unix_listener(paths.socket("rpc"), apps.rpc),
        unix_listener(paths.socket("events"), apps.events),
    ]
    if bound.socket is None:
        return listeners
    return [*listeners, Listener("tcp", bound.socket, apps.tcp, policy=OverlayPolicy(), address=bound.address)]
