"""A real server for tests: in this process or in a child, on a root of its own, with callers of any name."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.event_client import subscribe
from hero_assistance_sdk.files.data_folder import DATABASE
from hero_assistance_sdk.limits import Limits
from hero_assistance_sdk.net.idle_connections import KEPT_S
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import JSON_HEADERS, RpcClient, decode_answer, encode_request
from hero_assistance_sdk.rpc.examples import Call
from hero_assistance_sdk.wire import Event, Reset
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.server import ServerSettings, run
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.login_service import seed_users
from hero_assistance_server.users.model import User
from tests.capabilities import NAMESPACES, require
from tests.limits import NO_RATES, WITHOUT_RATES
from tests.server.databases import execute, find_database, open_store, tell_database
from tests.server.new_database import place_new_desk

# A start takes half a second; under the load of a whole test run many times that.
START_S = 30.0
STOP_S = 10.0
POLL_S = 0.005
# The title of the tickets that `heard` makes.
MARK = "end of what was told"
# As a caller's name: not a user, but who owns the data folder.
OPERATOR = "operator"


@dataclass
class Desk:
    """A running server, as its callers see it."""

    paths: Paths
    mode: AuthMode = AuthMode.DEV
    _clients: dict[str, httpx2.AsyncClient] = field(default_factory=dict)

    @property
    def events_socket(self) -> Path:
        return self.paths.socket("events")

    @property
    def database(self) -> Path:
        """The file of SQLite, for a test that is about that engine alone."""
        assert find_database(self.paths.data) is None, "a test that reads SQLite's file is marked `sqlite_only`"
        return self.paths.data / DATABASE

    def execute(self, statement: str, *bindings: Any) -> list[tuple[Any, ...]]:
        """Run a statement on the database, which the server may be writing at the time."""
        return execute(self.paths.data, statement, *bindings)

    def headers(self, user: str | None) -> dict[str, str]:
        """The headers that make a caller `user`."""
        if user == OPERATOR:
            return {"x-hero-operator": "1"}
        name = "x-dev-user" if self.mode is AuthMode.DEV else "x-hero-user"
        return {} if user is None else {name: user}

    def http(self, socket: str = "rpc") -> httpx2.AsyncClient:
        """An HTTP client of one of the sockets."""
        if socket not in self._clients:
            kept = httpx2.Limits(keepalive_expiry=KEPT_S)
            transport = httpx2.AsyncHTTPTransport(uds=str(self.paths.socket(socket)), limits=kept, verify=False)
            self._clients[socket] = httpx2.AsyncClient(
                transport=transport, base_url="http://desk", timeout=STOP_S, trust_env=False
            )
        return self._clients[socket]

    async def post(self, body: bytes, user: str | None = None) -> httpx2.Response:
        """Send the bytes of a request."""
        headers = {**JSON_HEADERS, **self.headers(user)}
        return await self.http().post("/rpc", content=body, headers=headers)

    async def call(self, method: str, user: str | None = None, /, **params: Any) -> Any:
        """Call a method as `user`; raises `RpcFailure`."""
        response = await self.post(encode_request(method, params), user)
        return decode_answer(self.paths.socket("rpc"), response.status_code, response.content)

    async def upload(self, user: str | None, name: str, content: bytes = b"content") -> dict[str, Any]:
        """Upload a file as `user`; returns its description."""
        response = await self.http().post(
            "/attachments", params={"name": name}, content=content, headers=self.headers(user)
        )
        assert response.status_code == 201, response.text
        described: dict[str, Any] = response.json()
        return described

    async def made(self, call: Call) -> Any:
        """Do what an example says; raises `RpcFailure`."""
        if call.method.startswith("POST "):
            return await self.upload(call.caller, call.params["name"], call.params["body"].encode())
        return await self.call(call.method, call.caller, **call.params)

    def subscribe(self, user: str | None = None, since: int | None = None) -> AsyncGenerator[Event | Reset, None]:
        """The events that `user` is told."""
        return subscribe(self.events_socket, headers=self.headers(user), since=since)

    async def heard(self, user: str, since: int) -> list[Event]:
        """The events after `since` that `user` is told, up to the last one there is."""
        last = (await self.call("system.health"))["seq"]
        told: list[Event] = []
        if last > since:
            # A ticket of the listener's own marks the end: all that came before it has been told.
            mark = await self.call("ticket.create", user, title=MARK, body="")
            async with contextlib.aclosing(self.subscribe(user, since)) as events, asyncio.timeout(STOP_S):
                async for event in events:
                    assert isinstance(event, Event)
                    if event.ticket is None or event.ticket.title != MARK:
                        told.append(event)
                    elif event.ticket.ticket_id == mark["ticket_id"]:
                        break
        return told

    async def aclose(self) -> None:
        for client in self._clients.values():
            await client.aclose()


def _prepare_data(paths: Paths, database: str | None) -> None:
    """Make the data folder of a new desk, with a new database where it is to have one."""
    if database is None:
        place_new_desk(paths)
    else:
        paths.data.mkdir(mode=0o700, parents=True, exist_ok=True)


@asynccontextmanager
async def running(
    paths: Paths,
    *,
    mode: AuthMode = AuthMode.DEV,
    seed: bool = True,
    tcp: str | None = None,
    limits: Limits = NO_RATES,
    database: str | None = None,
) -> AsyncIterator[Desk]:
    """A server in this process, on real sockets and a real database: that of `database`, or of the run of the tests."""
    stop = asyncio.Event()
    desk = Desk(paths, mode)
    database = database or find_database(paths.data)
    _prepare_data(paths, database)
    is_hero = mode is AuthMode.HERO
    if seed and is_hero:
        await seed_team(paths)
    async with asyncio.TaskGroup() as group:
        settings = ServerSettings(paths, mode, seed and not is_hero, tcp, limits=limits, database=database)
        serving = group.create_task(run(settings, stop=stop))
        try:
            await until(lambda: serving.done() or paths.socket("events").exists())
            yield desk
        finally:
            await desk.aclose()
            stop.set()


async def seed_team(paths: Paths, users: Sequence[User] = DEMO_USERS) -> None:
    """Write users like those of `--seed-dev-users` who are no demo users: hero mode refuses these."""
    async with open_store(paths.data, clock=lambda: datetime.now(UTC)) as store:
        await store.write(lambda work: seed_users(work, users))


async def until(condition: Callable[[], object], timeout_s: float = START_S) -> None:
    """Wait until a condition holds; it is looked at every few milliseconds."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)


@dataclass
class Child:
    """A server in a process of its own."""

    process: subprocess.Popen[bytes]
    paths: Paths
    log: Path

    def client(self, user: str = "alice") -> RpcClient:
        return RpcClient(self.paths.socket("rpc"), headers={"x-dev-user": user})

    def wait_healthy(self) -> None:
        """Wait until the server answers; its log tells why when it does not."""
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            threading.Event().wait(POLL_S)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return client.get("/health")["status"] in ("ok", "degraded")
        except HeroError:
            return False

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status; killed if it does not end in time."""
        self.process.send_signal(number)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def spawn(env: dict[str, str], paths: Paths, *arguments: str, around: Sequence[str] = ()) -> Child:
    """Start the binary from the tree, by the command `around` it."""
    tell_database(paths)
    log = paths.root / "server.log"
    with log.open("ab") as stderr:
        process = subprocess.Popen(
            [*around, sys.executable, "-m", "hero_assistance_server", *arguments],
            env={"HERO_ASSISTANCE_TCP": "off", **WITHOUT_RATES, **env},
            stderr=stderr,
            stdout=stderr,
            cwd=os.path.sep,
        )
    return Child(process, paths, log)


def on_small_disk(folder: Path, size: str) -> list[str]:
    """What starts a program for which `folder` is a file system of its own, of `size` (such as `3m`)."""
    require(NAMESPACES)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    script = f'mount -t tmpfs -o size={size},mode=0700 tmpfs {folder}; exec "$@"'
    return ["unshare", "--mount", *mapped, "--", "sh", "-ec", script, "sh"]


@contextmanager
def child(env: dict[str, str], paths: Paths, *arguments: str, around: Sequence[str] = ()) -> Iterator[Child]:
    """A healthy server in a process of its own, ended at the end."""
    server = spawn(env, paths, *(arguments or ("--auth-mode", "dev", "--seed-dev-users")), around=around)
    try:
        server.wait_healthy()
        yield server
    finally:
        if server.process.poll() is None:
            server.end()
