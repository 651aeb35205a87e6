"""The installed zipapps through the operator's own words in the real Nushell, from nothing to nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from scripts.build.npm import nu_executable
from scripts.build.release.manifest import read_manifest
from tests.builds import ROOT, rebranded, run

START_FLAGS = "--auth-mode dev --seed-dev-users"
DEADLINE_S = 30.0
INSTALL_S = 300.0
EVENT = re.compile(rb"id: (\d+)\nevent: ([a-z.]+)\ndata: (\{.*?\})\n\n", re.DOTALL)


class Desk:
    """One installation, driven as an operator and used as a customer and an agent."""

    def __init__(self, root: Path, env: dict[str, str]) -> None:
        self.root = root
        self.env = {**env, "HERO_ASSISTANCE_TCP": "127.0.0.1:0", "NO_COLOR": "1"}
        self.paths = Paths.from_environ(env)

    def say(self, words: str, **more: str) -> str:
        """Run a line of Nushell with the module loaded; it must succeed."""
        line = f"use {ROOT / 'scripts' / 'service_assistance.nu'} *; {words}"
        env = {**self.env, **more}
        return run(nu_executable(ROOT), "--no-config-file", "-c", line, env=env, cwd=ROOT, timeout_s=INSTALL_S)

    def install(self, dist: Path) -> None:
        """Install by the operator's word, which builds in the checkout; a build for another Python as it is."""
        if dist == ROOT / "dist":
            # As whoever builds: the sessions behind this word may fetch, with that person's settings and caches.
            self.say("service_assistance install", **{**os.environ, "PATH_ROOT": str(self.root)})
        else:
            self.cli_of(dist, "install", str(dist))

    def cli_of(self, folder: Path, *arguments: str) -> str:
        """Run the command of a build or of an installation."""
        return run(folder / "hero_assistance", *arguments, env=self.env)

    def status(self) -> list[dict[str, Any]]:
        """The operator's status table."""
        table = json.loads(self.say("service_assistance status | to json"))
        assert isinstance(table, list)
        return table

    def cli(self, *arguments: str) -> str:
        return self.cli_of(self.root / "bin", *arguments)

    def call(self, user: str, method: str, **params: Any) -> Any:
        with RpcClient(self.paths.socket("rpc"), headers={"X-Dev-User": user}) as client:
            return client.call(method, **params)


@pytest.fixture
def desk(hero_root: Path, hero_env: dict[str, str]) -> Iterator[Desk]:
    desk = Desk(hero_root, hero_env)
    yield desk
    binary = hero_root / "bin" / "hero_assistance"
    if binary.exists():
        subprocess.run([binary, "--stop"], env=desk.env, check=False, capture_output=True)


def test_from_install_to_nothing_left(desk: Desk, dist: Path, tmp_path: Path) -> None:
    release = read_manifest(dist)["release"]
    desk.install(dist)
    assert desk.status()[0]["state"] == "stopped"
    desk.say(f"service_assistance start {START_FLAGS}")
    _every_action_is_healthy_on(desk, release)

    ticket = desk.call("carol", "ticket.create", title="The printer is on fire", body="It really is.")
    events = _events_since(desk, 0, wanted=1)
    assert [(kind, data["ticket"]["title"]) for kind, data in events] == [("ticket.created", ticket["title"])]
    _is_read_through_the_page(desk, ticket)
    _is_read_through_the_app(desk, ticket)

    desk.cli("restart")
    assert desk.call("carol", "ticket.get", ticket_id=ticket["ticket_id"])["title"] == ticket["title"]

    other = f"{release}-next"
    desk.cli("install", str(rebranded(dist, tmp_path / "next", other)), "--restart")
    _every_action_is_healthy_on(desk, other)
    desk.cli("rollback", "--restart")
    _every_action_is_healthy_on(desk, release)
    assert desk.call("bob", "ticket.get", ticket_id=ticket["ticket_id"])["title"] == ticket["title"]

    desk.say("service_assistance stop")
    _nothing_is_left(desk)
    assert {row["state"] for row in desk.status()} == {"stopped"}


def test_an_upgrade_that_is_not_healthy_goes_back_by_itself(desk: Desk, dist: Path, tmp_path: Path) -> None:
    release = read_manifest(dist)["release"]
    run(dist / "hero_assistance", "install", str(dist), env=desk.env)
    desk.say(f"service_assistance start {START_FLAGS}")
    broken = rebranded(dist, tmp_path / "broken", f"{release}-broken", break_binary="hero_assistance_server")
    done = subprocess.run(
        [desk.root / "bin" / "hero_assistance", "install", broken, "--restart"],
        env=desk.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"{release} runs again" in done.stderr
    assert "broken on purpose" in done.stderr
    _every_action_is_healthy_on(desk, release)


def test_starting_twice_changes_nothing(desk: Desk, dist: Path) -> None:
    run(dist / "hero_assistance", "install", str(dist), env=desk.env)
    desk.say(f"service_assistance start {START_FLAGS}")
    before = [row["pid"] for row in desk.status()]
    assert "already healthy" in desk.say(f"service_assistance start {START_FLAGS}")
    assert [row["pid"] for row in desk.status()] == before


def _every_action_is_healthy_on(desk: Desk, release: str) -> None:
    rows = desk.status()
    assert [row["name"] for row in rows] == ["hero_assistance_server", "hero_assistance_ui"]
    assert {(row["state"], row["release"], row["supervisor"]) for row in rows} == {("healthy", release, "embedded")}


def _events_since(desk: Desk, since: int, *, wanted: int) -> list[tuple[str, dict[str, Any]]]:
    """Read the event stream until it has told `wanted` events."""
    transport = httpx2.HTTPTransport(uds=str(desk.paths.socket("events")), verify=False)
    received = b""
    with (
        httpx2.Client(transport=transport, timeout=DEADLINE_S) as client,
        client.stream("GET", f"http://localhost/events?since={since}", headers={"X-Dev-User": "carol"}) as response,
    ):
        for chunk in response.iter_bytes():
            received += chunk
            found = [(kind.decode(), json.loads(data)) for _, kind, data in EVENT.findall(received)]
            if len(found) >= wanted:
                return found
    raise AssertionError(f"the stream ended after {received!r}")


def _is_read_through_the_page(desk: Desk, ticket: dict[str, Any]) -> None:
    transport = httpx2.HTTPTransport(uds=str(desk.paths.socket("ui")), verify=False)
    headers = {"x-picked-user": "carol"}
    with httpx2.Client(transport=transport, base_url="http://localhost", headers=headers) as client:
        assert _tickets_of_the_page(client) == [ticket["title"]]


def _is_read_through_the_app(desk: Desk, ticket: dict[str, Any]) -> None:
    """The app reaches the server over TCP, as it would from another machine."""
    address = desk.call("alice", "system.health")["tcp"]
    command = [desk.root / "bin" / "hero_assistance_app", "--project", address, "--no-browser", "--user", "carol"]
    app = subprocess.Popen(command, env=desk.env, stdout=subprocess.PIPE, text=True)
    assert app.stdout is not None
    try:
        link = app.stdout.readline().split("open ")[1].strip()
        base = link.split("/?")[0]
        with httpx2.Client(base_url=base, follow_redirects=True) as client:
            # The desk is below a path that only this browser knows.
            client.base_url = client.get(link).url.join(".")
            assert _tickets_of_the_page(client) == [ticket["title"]]
    finally:
        app.send_signal(signal.SIGTERM)
        assert app.wait(DEADLINE_S) == 0
        app.stdout.close()


def _tickets_of_the_page(client: httpx2.Client) -> list[str]:
    page = client.get("").text
    project = json.loads(re.search(r'"projects":\s*(\[.*?\])', page).group(1))[0]["id"]  # type: ignore[union-attr]
    request = {"jsonrpc": "2.0", "id": 1, "method": "ticket.list", "params": {}}
    answer = client.post(f"projects/{project}/rpc", json=request)
    return [found["title"] for found in answer.json()["result"]["tickets"]]


def _nothing_is_left(desk: Desk) -> None:
    sockets = desk.paths.service_sockets
    assert [path.name for path in sockets.iterdir() if path.suffix == ".sock"] == []
    deadline = time.monotonic() + DEADLINE_S
    while left := _processes_of(desk.root):
        assert time.monotonic() < deadline, left


def _processes_of(root: Path) -> list[str]:
    """Command lines that name a file below `root`."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if f"{root}/" in line]
