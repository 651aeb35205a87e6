"""The replica as an action of the service: it comes with `setup`, is kept up over restarts, and goes with `remove`."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hero_assistance.action_names import ACTIONS, REPLICA
from hero_assistance.replication.s3.signature import AccessKey
from hero_assistance_sdk.rpc.client import RpcClient
from tests.capabilities import LITESTREAM, PROC, needs
from tests.replication.desks import Desk, desk, wait_until
from tests.replication.s3_server import BUCKET, s3_server, set_key
from tests.replication.test_replica import read_titles, restore

pytestmark = needs(LITESTREAM, PROC)


@pytest.fixture
def service() -> Iterator[Desk]:
    """A service that runs, of the programs of this environment."""
    with desk() as made:
        made.env["HERO_ASSISTANCE_TCP"] = "off"
        made.paths.bin.mkdir(parents=True)
        # The supervisor hands nothing on that an action does not need.
        given = os.environ.get("PYTHONPATH")
        sources = f"export PYTHONPATH={shlex.quote(given)}\n" if given else ""
        for name in ("hero_assistance", *ACTIONS):
            program = made.paths.bin / name
            program.write_text(f'#!/bin/sh\n{sources}exec {sys.executable} -m {name} "$@"\n')
            program.chmod(0o755)
        made.succeed("--start", "--auth-mode", "dev", "--seed-dev-users")
        yield made
        made.run("--stop")


def read_states(service: Desk) -> dict[str, str]:
    """The state of each action, by its name."""
    told = json.loads(service.run("status", "--json").stdout)
    return {action["name"]: action["state"] for action in told["actions"]}


def read_pid(service: Desk, name: str) -> int:
    told = json.loads(service.run("status", "--json").stdout)
    return next(int(action["pid"]) for action in told["actions"] if action["name"] == name)


def file_ticket(service: Desk, title: str) -> None:
    with RpcClient(service.paths.socket("rpc"), headers={"x-dev-user": "carol"}) as carol:
        carol.call("ticket.create", title=title, body="b")


def log(service: Desk) -> str:
    return service.run("logs", REPLICA).stdout


def wait_well(service: Desk) -> None:
    """Wait until all that is committed now is at the target."""
    now = time.time()
    wait_until(lambda: (service.status()["complete_at"] or 0) >= now, lambda: log(service))


def test_a_replica_is_written_as_long_as_it_is_set_up(service: Desk, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    file_ticket(service, "before")
    service.succeed("replicate", "setup", str(target))
    assert read_states(service) == dict.fromkeys((*ACTIONS, REPLICA), "healthy")
    wait_well(service)
    shown = service.succeed("status")
    assert "s behind" in shown
    assert [one["verdict"] for one in findings(service, "replica")] == ["ok"]
    service.succeed("restart")
    file_ticket(service, "after")
    wait_well(service)
    file_ticket(service, "last")
    service.succeed("--stop")
    with desk() as found:
        restore(found, target)
        assert read_titles(found) == ["before", "after", "last"]
    service.succeed("--start", "--auth-mode", "dev", "--seed-dev-users")
    assert read_states(service)[REPLICA] == "healthy"
    service.succeed("replicate", "remove")
    assert set(read_states(service)) == set(ACTIONS)
    assert not service.paths.socket("litestream").exists()


def test_a_store_takes_another_key_when_it_is_set(service: Desk, tmp_path: Path) -> None:
    """Without a restart: the action reads the secrets again once the store has refused."""
    with s3_server(tmp_path / "store") as server:
        set_key(service, server.key)
        service.succeed("replicate", "setup", f"s3://{BUCKET}/desk", "--endpoint", server.endpoint)
        assert read_states(service)[REPLICA] == "healthy"
        wait_well(service)
        before = read_pid(service, REPLICA)
        server.stop()
        server.key = AccessKey("AKIANEW", "a new secret")
        server.start()
        file_ticket(service, "afterwards")
        wait_until(lambda: "InvalidAccessKeyId" in str(service.status()["error"]), lambda: log(service))
        set_key(service, server.key)
        wait_well(service)
        assert read_pid(service, REPLICA) == before
        service.succeed("--stop")


def findings(service: Desk, check: str) -> list[dict[str, str]]:
    told = json.loads(service.run("doctor", "--json").stdout)
    return [one for one in told["findings"] if one["check"] == check]


def test_a_desk_starts_without_its_target_and_says_so(service: Desk, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    service.succeed("replicate", "setup", str(target))
    wait_well(service)
    service.succeed("--stop")
    shutil.rmtree(target)
    # As if it had been so for long.
    report = service.paths.replica / "report.json"
    report.write_text(json.dumps(json.loads(report.read_text()) | {"complete_at": time.time() - 3600}))
    service.succeed("--start", "--auth-mode", "dev", "--seed-dev-users")
    wait_until(lambda: service.status()["error"], lambda: log(service))
    assert read_states(service)[REPLICA] == "degraded"
    assert "1 h behind: the target has no replica.json any more" in service.run("status").stdout
    assert [one["verdict"] for one in findings(service, "replica")] == ["fault"]
    assert service.run("replicate", "status").returncode == 1
    file_ticket(service, "all else works")
    assert not target.exists()


def test_an_action_that_is_killed_goes_on(service: Desk, tmp_path: Path) -> None:
    """Litestream outlives it, and is ended before there is another one."""
    service.succeed("replicate", "setup", str(tmp_path / "copy"))
    wait_well(service)
    former, orphan = read_pid(service, REPLICA), service.litestream_pid()
    os.kill(former, signal.SIGKILL)
    file_ticket(service, "afterwards")
    wait_well(service)
    assert read_pid(service, REPLICA) != former
    assert service.litestream_pid() != orphan
    wait_until(lambda: not Path(f"/proc/{orphan}").exists(), lambda: log(service))
