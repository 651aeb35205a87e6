"""Real daemons for tests: each is a child process, waited for until it answers and ended by the test."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.net.idle_connections import KEPT_S
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from tests.limits import WITHOUT_RATES
from tests.server.desk import seed_team
from tests.server.new_database import place_new_desk
from tests.ui.fork_server import LATE_ANSWERS, PRELOADED, ForkedProcess, fork_server

T = TypeVar("T")

# Two cores, shared with other tests: a start that takes 0.5 s alone may take many times as long.
START_S = 30.0
STOP_S = 10.0
POLL_S = 0.02


def eventually(condition: Callable[[], T | None], what: str, deadline_s: float = START_S) -> T:
    """The first true value of `condition`; fails when there is none before the deadline."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(POLL_S)
    raise AssertionError(f"not within {deadline_s:.0f} s: {what}")


@dataclass
class Daemon:
    """A program that runs until it is stopped; what it logs is in `log`."""

    module: str
    arguments: list[str]
    env: dict[str, str]
    log: Path
    around: Sequence[str] = ()
    process: subprocess.Popen[str] | ForkedProcess | None = None

    def start(self) -> None:
        """Start the program."""
        is_measured = any(name.startswith("COVERAGE_") for name in self.env)
        if self.module in PRELOADED and not self.around and not is_measured:
            late = {name: value for name, value in os.environ.items() if name == LATE_ANSWERS}
            self.process = fork_server().start(self.module, self.arguments, {**self.env, **late}, self.log)
            return
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [*self.around, sys.executable, "-m", self.module, *self.arguments],
                env=self.env,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    @property
    def pid(self) -> int:
        """The process that was started."""
        assert self.process is not None
        return self.process.pid

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status; what does not end is killed, and the test fails."""
        assert self.process is not None
        self.process.send_signal(number)
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.module} did not end:\n{self.log.read_text()}") from None
        finally:
            self.close()

    def close(self) -> None:
        """Leave nothing running."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(STOP_S)
        if self.process.stdout is not None:
            self.process.stdout.close()


@dataclass
class Desk:
    """One root folder with a ticket server and, when asked for, its page."""

    paths: Paths
    env: dict[str, str]
    auth_mode: str = "dev"
    daemons: list[Daemon] = field(default_factory=list)

    def start_server(self, around: Sequence[str] = (), *, is_empty: bool = False) -> Daemon:
        """Start the ticket server, by the command `around` it, and wait until it answers; an empty one has no users."""
        if self.auth_mode == "hero" and not is_empty:
            # In a thread of its own: the driver of a browser keeps a loop running in this one.
            with ThreadPoolExecutor(1) as pool:
                pool.submit(lambda: asyncio.run(seed_team(self.paths))).result()
        elif not around:
            place_new_desk(self.paths)
        arguments = ["--auth-mode", self.auth_mode, *(["--seed-dev-users"] if self.auth_mode == "dev" else [])]
        daemon = self._start("hero_assistance_server", arguments, around)
        eventually(lambda: answers(self.paths.socket("rpc")), f"the server answers\n{daemon.log.read_text()}")
        return daemon

    def start_ui(self, *arguments: str) -> Daemon:
        """Start the page's daemon and wait until it answers."""
        daemon = self._start("hero_assistance_ui", ["--auth-mode", self.auth_mode, *arguments])
        eventually(lambda: answers(self.paths.socket("ui")), "the ui answers")
        return daemon

    def tcp_of_ui(self) -> str:
        """The address that the page's daemon says it listens on."""
        log = self.log_of("hero_assistance_ui")
        line = next(line for line in log.read_text().splitlines() if "name=tcp" in line)
        return line.rpartition("address=")[2]

    def tcp_of_server(self) -> str:
        """The address that the ticket server listens on."""
        with self.client() as client:
            return str(client.call("system.health")["tcp"])

    def client(self, user: str | None = None) -> RpcClient:
        """A client of `rpc.sock`, as a demo user."""
        headers = {} if user is None else {"x-dev-user": user}
        return RpcClient(self.paths.socket("rpc"), headers=headers)

    def call(self, user: str, method: str, **params: Any) -> Any:
        """Call one method as a demo user."""
        with self.client(user) as client:
            return client.call(method, **params)

    def operate(self, method: str, **params: Any) -> Any:
        """Call one method as the operator of this machine."""
        with RpcClient(self.paths.socket("rpc"), headers={"x-hero-operator": "1"}) as client:
            return client.call(method, **params)

    def log_of(self, module: str) -> Path:
        """What a program of this desk logged."""
        return self.paths.root / f"{module}.log"

    def _start(self, module: str, arguments: list[str], around: Sequence[str] = ()) -> Daemon:
        daemon = Daemon(module, arguments, self.env, self.log_of(module), around)
        self.daemons.append(daemon)
        daemon.start()
        return daemon


@contextmanager
def desk(root: Path, env: dict[str, str], auth_mode: str = "dev") -> Iterator[Desk]:
    """A desk whose programs have all ended afterwards."""
    env = {**WITHOUT_RATES, **env, "HERO_ASSISTANCE_TCP": "127.0.0.1:0", "PATH_ROOT": str(root)}
    made = Desk(Paths.from_environ(env), env, auth_mode)
    try:
        yield made
    finally:
        for daemon in reversed(made.daemons):
            daemon.close()


@contextmanager
def ticket_servers(count: int) -> Iterator[list[Desk]]:
    """Ticket servers of as many teams, each with a root of its own."""
    with ExitStack() as stack:
        made: list[Desk] = []
        for _ in range(count):
            root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
            stack.callback(shutil.rmtree, root, ignore_errors=True)
            made.append(stack.enter_context(desk(root, plain_environment(root))))
            made[-1].start_server()
        yield made


def plain_environment(root: Path) -> dict[str, str]:
    """The environment of a program that may touch nothing but `root`."""
    home = root / "home"
    home.mkdir()
    names = ("PATH", "LANG", "LC_ALL", "TMPDIR")
    kept = {name: value for name, value in os.environ.items() if name in names or name.startswith("COVERAGE_")}
    return {**kept, "HOME": str(home), "PATH_ROOT": str(root)}


def answers(socket: Path) -> bool:
    """Whether somebody answers `/health` there."""
    try:
        with RpcClient(socket) as client:
            return client.get("/health")["status"] in ("ok", "degraded")
    except HeroError:
        return False


def http(socket: Path, **options: Any) -> httpx2.Client:
    """An HTTP client of a Unix socket."""
    kept = httpx2.Limits(keepalive_expiry=KEPT_S)
    transport = httpx2.HTTPTransport(uds=str(socket), limits=kept, verify=False)
    return httpx2.Client(transport=transport, base_url="http://localhost", timeout=10.0, **options)


def picked(user: str) -> dict[str, str]:
    """The header of a window in which this demo user was picked, as the page writes it."""
    return {"x-picked-user": quote(user, safe="")}


def rpc_body(method: str, **params: Any) -> bytes:
    """The bytes of a request as the page sends them."""
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
