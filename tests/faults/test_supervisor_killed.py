"""SIGKILL after SIGKILL of the supervisor under load: what ran is adopted, none restarted, none doubled."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.specs import ActionSpec, Dependency
from hero_assistance_sdk.hero_proc.wire import ActionState, ServiceStatus
from tests.supervisor.harness import SERVICE, Harness, one

pytestmark = pytest.mark.fault

# Each round kills twice: at some instant of a start, and once all is well.
ROUNDS = 50 if os.environ.get("FAULT_ROUNDS") == "full" else 5
LONGEST_START_S = 0.6
REQUESTS_S = 200
ANSWER_S = 10.0
SERVING = ("first", "second", "told")


@dataclass
class Load:
    """What came of asking the actions all the time, and the supervisor whenever it is there."""

    failed: list[str] = field(default_factory=list)
    answered: int = 0
    calls: int = 0


@contextmanager
def pressing(harness: Harness) -> Iterator[Load]:
    """While open, ask the actions over new connections, and the supervisor for a line in a log and for its status."""
    load, stop = Load(), threading.Event()

    def ask() -> None:
        for number in range(10**9):
            if stop.wait(1 / REQUESTS_S):
                return
            try:
                with socket.socket(socket.AF_UNIX) as opened:
                    opened.settimeout(ANSWER_S)
                    opened.connect(harness.socket(SERVING[number % 2]))
                    opened.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                    assert opened.recv(64).startswith(b"HTTP/1.0 200")
                    load.answered += 1
            except (OSError, AssertionError) as error:
                load.failed.append(repr(error))

    def call() -> None:
        while not stop.wait(1 / REQUESTS_S):
            try:
                with harness.client() as client:
                    client.logs_insert("first", "a line")
                    client.service_status(SERVICE)
                load.calls += 1
            except HeroError:
                # It is dead, or dies while it answers.
                continue

    threads = [threading.Thread(target=ask), threading.Thread(target=call)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def cast(harness: Harness) -> tuple[ActionSpec, ...]:
    """Two that serve, one needing the other; one that says READY=1; one that has run to its end."""
    first, second = harness.action(name="first"), harness.action(name="second")
    second = second.model_copy(update={"depends_on": (Dependency(action="first"),)})
    flag = harness.paths.root / "ready"
    flag.touch()
    told = harness.action("notify", name="told", argument=str(flag), probed=False)
    shot = harness.action("crash", name="shot", argument="0", probed=False)
    patient = [
        action.model_copy(
            update={
                "health_checks": tuple(check.model_copy(update={"timeout_ms": 5_000}) for check in action.health_checks)
            }
        )
        for action in (first, second)
    ]
    return (*patient, told.model_copy(update={"notify": True}), shot.model_copy(update={"is_process": False}))


def settled(status: ServiceStatus) -> bool:
    """Whether all is as it has to be: three healthy, and one that is done."""
    healthy = all(one(status, name).state is ActionState.HEALTHY for name in SERVING)
    return healthy and one(status, "shot").state is ActionState.STOPPED


def kill_while_it_starts(harness: Harness, after_s: float) -> None:
    """Start a supervisor and kill it after a while, whatever it is doing by then."""
    with (
        harness.log.open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-m", "hero_assistance", "supervisor", "run"], env=harness.env, stdout=log, stderr=log
        ) as child,
    ):
        try:
            child.wait(after_s)
        except subprocess.TimeoutExpired:
            child.kill()


def written(supervised: Harness, action: str) -> bytes:
    """All that the starts of an action have written."""
    return b"".join(path.read_bytes() for path in sorted((supervised.paths.logs / f"{action}.d").glob("*.log")))


def test_what_runs_is_adopted_after_every_kill(supervised: Harness) -> None:
    chance = random.Random(20261122)  # noqa: S311
    supervised.start_actions(*cast(supervised))
    supervised.until(lambda status: settled(status) and one(status, "shot").last_exit is not None, "all is well")
    pids = {name: one(supervised.status(), name).pid for name in SERVING}
    ran = written(supervised, "shot")
    with pressing(supervised) as load:
        for number in range(ROUNDS):
            supervised.end_supervisor(signal.SIGKILL)
            kill_while_it_starts(supervised, chance.uniform(0, LONGEST_START_S))
            supervised.start_supervisor()
            status = supervised.until(settled, f"all is well after round {number + 1}")
            assert {name: one(status, name).pid for name in SERVING} == pids
            assert [action.restarts for action in status.actions] == [0] * len(status.actions)
            assert supervised.descendants() == set(pids.values())
    assert load.failed == []
    assert load.answered > ROUNDS
    assert load.calls > ROUNDS
    # What ran to its end is not run again by anybody.
    assert written(supervised, "shot") == ran
