"""The real daemons under each supervisor: from nothing to healthy, and a restart under load."""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.supervision.contenders.contender import Contender, Program, run
from hero_assistance.service import build_service_spec
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from scripts.build.release.manifest import read_manifest
from tests.builds import rebranded
from tests.faults.load import Load

Kind = type[Contender]

_BESIDE_S = 1.0


class Box:
    """A root with the release installed, and the service as its definition has it, on TCP ports of its own."""

    def __init__(self, root: Path, dist: Path) -> None:
        with bind_tcp("127.0.0.1:0") as one, bind_tcp("127.0.0.1:0") as other:
            self.tcp, self.ui_tcp = bound_address(one), bound_address(other)
        self.root = root
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "PATH_ROOT": str(root),
            "NO_COLOR": "1",
            "HERO_ASSISTANCE_TCP": self.tcp,
        }
        self.paths = Paths.from_environ(self.env)
        run(dist / "hero_assistance", "install", dist, env=self.env)

    def cli(self, *arguments: str) -> None:
        """Run our installed command; raises `CalledProcessError`."""
        run(self.paths.bin / "hero_assistance", *arguments, env=self.env)

    def start(self) -> None:
        """By our own command, under our own supervisor."""
        self.cli("--start", "--auth-mode", "dev", "--seed-dev-users", "--ui-tcp", self.ui_tcp)

    def programs(self) -> list[Program]:
        """The same two, for a peer."""
        spec = build_service_spec(
            self.paths, auth_mode="dev", seed_dev_users=True, ui_tcp=[self.ui_tcp], environ=self.env
        )
        return [
            Program(action.name, action.argv, tuple(map(Path, action.sockets)), action.env) for action in spec.actions
        ]

    def load(self) -> Load:
        """Return where to send load to, and the number of the last event."""
        rpc, ui, events = (self.paths.socket(name) for name in ("rpc", "ui", "events"))
        with RpcClient(rpc, headers={"x-dev-user": "alice"}) as client:
            since = client.call("system.health")["seq"]
        return Load(rpc=rpc, ui=ui, events=events, tcp=self.tcp, ui_tcp=self.ui_tcp, since=since)


@contextmanager
def box(dist: Path) -> Iterator[Box]:
    """A box of its own; nothing of it is left afterwards."""
    root = Path(tempfile.mkdtemp(prefix="hb", dir="/tmp"))
    try:
        made = Box(root, dist)
        try:
            yield made
        finally:
            command = (str(made.paths.bin / "hero_assistance"), "--stop")
            subprocess.run(command, env=made.env, check=False, capture_output=True)
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def under(kind: Kind, made: Box) -> Iterator[Contender]:
    """The service under a peer, well."""
    contender = kind(made.root, made.programs())
    try:
        contender.begin()
        contender.until_well()
        yield contender
    finally:
        contender.sweep()


def our_start_ms(dist: Path, rounds: int) -> float:
    """From `--start` on a machine where nothing runs until every action is healthy; median."""
    timings = []
    with box(dist) as made:
        for _round in range(rounds):
            begun = time.perf_counter()
            made.start()
            timings.append((time.perf_counter() - begun) * 1000)
            made.cli("--stop")
    return statistics.median(timings)


def start_ms(kind: Kind, dist: Path, rounds: int) -> float:
    """From the start of a peer until both daemons answer on all of their sockets; median."""
    timings = []
    with box(dist) as made:
        for _round in range(rounds):
            begun = time.perf_counter()
            with under(kind, made):
                timings.append((time.perf_counter() - begun) * 1000)
    return statistics.median(timings)


def count_refused(made: Box, act: Callable[[], None]) -> tuple[int, int]:
    """Requests that failed while `act` was done, and all, at 200 a second over five doors."""
    load = made.load()

    async def press() -> None:
        async with load.pressing():
            await asyncio.sleep(_BESIDE_S)
            await asyncio.to_thread(act)
            await asyncio.sleep(_BESIDE_S)

    asyncio.run(press())
    return len(load.told.failed), sum(load.told.answered.values()) + len(load.told.failed)


def refused_under(kind: Kind, dist: Path) -> int:
    """Requests that fail while a peer restarts both daemons."""
    with box(dist) as made, under(kind, made) as contender:
        return count_refused(made, contender.restart)[0]


def our_refused(dist: Path) -> tuple[int, int]:
    """Requests that fail during `restart`, and during `install --restart`."""
    with box(dist) as made:
        made.start()
        restart = count_refused(made, lambda: made.cli("restart"))[0]
        release = f"{read_manifest(dist)['release']}-bench"
        build = rebranded(dist, made.root / "other", release)
        install = count_refused(made, lambda: made.cli("install", str(build), "--restart"))[0]
        made.cli("--stop")
    return restart, install
