"""`restart` and `install --restart` under load: nobody is refused, nothing fails, and no event is missed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from scripts.build.release.manifest import read_manifest
from tests.builds import rebranded, run
from tests.faults.load import Load

pytestmark = [pytest.mark.fault, pytest.mark.anyio]

ROUNDS = 10 if os.environ.get("FAULT_ROUNDS") == "full" else 1
# Before a restart and after it; the restart itself takes about three seconds.
BESIDE_S = 1.0
COMMAND_S = 120.0


class Service:
    """An installed service that runs with a page on TCP."""

    def __init__(self, paths: Paths, env: dict[str, str], dist: Path) -> None:
        with bind_tcp("127.0.0.1:0") as free:
            self.ui_tcp = bound_address(free)
        self.paths = paths
        self.env = {**env, "HERO_ASSISTANCE_TCP": "127.0.0.1:0", "NO_COLOR": "1"}
        run(dist / "hero_assistance", "install", str(dist), env=self.env, timeout_s=COMMAND_S)
        self.cli("--start", "--auth-mode", "dev", "--seed-dev-users", "--ui-tcp", self.ui_tcp)

    def cli(self, *arguments: str) -> str:
        return run(self.paths.bin / "hero_assistance", *arguments, env=self.env, timeout_s=COMMAND_S)

    def health(self) -> dict[str, Any]:
        with RpcClient(self.paths.socket("rpc"), headers={"x-dev-user": "alice"}) as client:
            told = client.call("system.health")
        assert isinstance(told, dict)
        return told

    def load(self) -> Load:
        rpc, ui, events = (self.paths.socket(name) for name in ("rpc", "ui", "events"))
        now = self.health()
        return Load(rpc=rpc, ui=ui, events=events, tcp=now["tcp"], ui_tcp=self.ui_tcp, since=now["seq"])

    def status(self) -> dict[str, int]:
        actions = json.loads(self.cli("status", "--json"))["actions"]
        return {action["name"]: action["pid"] for action in actions if action["state"] == "healthy"}


@pytest.fixture
def service(paths: Paths, hero_env: dict[str, str], dist: Path) -> Iterator[Service]:
    running = Service(paths, hero_env, dist)
    yield running
    subprocess.run([paths.bin / "hero_assistance", "--stop"], env=running.env, check=False, capture_output=True)


async def _under_load(service: Service, *arguments: str) -> None:
    load = service.load()
    before, address = service.status(), service.health()["tcp"]
    async with load.pressing():
        await asyncio.sleep(BESIDE_S)
        await asyncio.to_thread(service.cli, *arguments)
        await asyncio.sleep(BESIDE_S)
    told, after = load.told, service.status()
    print(arguments, dict(told.answered))
    assert told.failed == []
    assert min(told.answered.values()) > 20
    assert sorted(told.heard) == sorted(told.created)
    assert service.health()["tcp"] == address
    assert len(after) == 2
    assert not set(before.values()) & set(after.values())


async def test_a_restart_refuses_nobody(service: Service) -> None:
    for _round in range(ROUNDS):
        await _under_load(service, "restart")


async def test_an_upgrade_refuses_nobody(service: Service, dist: Path, tmp_path: Path) -> None:
    for number in range(ROUNDS):
        release = f"{read_manifest(dist)['release']}-{number}"
        build = await asyncio.to_thread(rebranded, dist, tmp_path / release, release)
        await _under_load(service, "install", str(build), "--restart")


async def test_an_upgrade_that_fails_refuses_nobody(service: Service, dist: Path, tmp_path: Path) -> None:
    """What is broken before it takes a socket never takes the place of what works."""
    release = f"{read_manifest(dist)['release']}-broken"
    build = rebranded(dist, tmp_path / release, release, break_binary="hero_assistance_server")
    load = service.load()
    async with load.pressing():
        with pytest.raises(AssertionError, match="broken on purpose"):
            await asyncio.to_thread(service.cli, "install", str(build), "--restart")
    assert load.told.failed == []
    assert sorted(load.told.heard) == sorted(load.told.created)
    assert len(service.status()) == 2
