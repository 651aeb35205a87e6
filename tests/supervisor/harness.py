"""A supervisor as a real process with a root of its own, and specifications of sample programs for it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hero_assistance.supervisor.names import SOCKET
from hero_assistance.supervisor.process.process_table import list_processes, read_inherited
from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.hero_proc.specs import ActionSpec, HealthCheck, ProbeKind, RetryPolicy, ServiceSpec, StopSpec
from hero_assistance_sdk.hero_proc.wire import ActionState, ActionStatus, ServiceStatus
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.paths import Paths

PROGRAM = str(Path(__file__).with_name("sample_program.py"))
SERVICE = "sample"
DEADLINE_S = 20.0
_LOOK_S = 0.01
# The next round finds what was forked during the last one.
_CLEAR_ROUNDS = 100
QUICK_RETRY = RetryPolicy(delay_ms=10, max_delay_ms=200, jitter=0.0)


def wait_for(condition: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Return once `condition` holds; fails with `what` after the deadline."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {deadline_s} s: {what}"
        time.sleep(_LOOK_S)


class Harness:
    """One root, its supervisor, and its client."""

    def __init__(self, paths: Paths, env: dict[str, str]) -> None:
        self.paths = paths
        self.env = env
        self.supervisor: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        return self.paths.logs / "supervisor.log"

    def start_supervisor(self) -> None:
        """Start the supervisor and wait until it listens."""
        self.paths.logs.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "hero_assistance", "supervisor", "run"],
                env=self.env,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        socket = self.paths.socket(SOCKET)
        wait_for(lambda: listening_pid(socket) == self.supervisor_pid, "the supervisor listens")

    @property
    def supervisor_pid(self) -> int:
        assert self.supervisor is not None
        return self.supervisor.pid

    def client(self) -> SupervisorClient:
        return SupervisorClient(self.paths.socket(SOCKET))

    def end_supervisor(self, number: signal.Signals) -> int:
        """Signal the supervisor and wait for its end; its exit status."""
        assert self.supervisor is not None
        self.supervisor.send_signal(number)
        return self.supervisor.wait(DEADLINE_S)

    def socket(self, name: str) -> str:
        self.paths.service_sockets.mkdir(parents=True, exist_ok=True)
        return str(self.paths.service_sockets / f"{name}.sock")

    def action(
        self,
        behaviour: str = "serve",
        *,
        name: str = "one",
        argument: str | None = None,
        probed: bool = True,
        retry: RetryPolicy = QUICK_RETRY,
        stop_ms: int = 500,
        interval_ms: int = 50,
    ) -> ActionSpec:
        """An action that runs the sample program with a behaviour, on the socket `name`."""
        socket = self.socket(name)
        probe = HealthCheck(kind=ProbeKind.HTTP, target=socket, interval_ms=interval_ms, timeout_ms=300)
        return ActionSpec(
            name=name,
            argv=(sys.executable, "-I", PROGRAM, behaviour, socket if argument is None else argument),
            sockets=(socket,) if probed else (),
            health_checks=(probe,) if probed else (),
            retry_policy=retry,
            stop=StopSpec(timeout_ms=stop_ms),
        )

    def start_actions(self, *actions: ActionSpec) -> None:
        """Register and start these actions."""
        with self.client() as client:
            client.service_set(ServiceSpec(name=SERVICE, actions=actions))
            client.service_start(SERVICE)

    def status(self) -> ServiceStatus:
        with self.client() as client:
            return client.service_status(SERVICE)

    def until(self, holds: Callable[[ServiceStatus], bool], what: str) -> ServiceStatus:
        """The status once `holds` is true of it."""
        deadline = time.monotonic() + DEADLINE_S
        with self.client() as client:
            known = client.service_status(SERVICE)
            while not holds(known):
                remaining = deadline - time.monotonic()
                assert remaining > 0, f"not within {DEADLINE_S} s: {what}; it is {known}"
                known = client.service_change(known, remaining)
            return known

    def until_state(self, state: ActionState, name: str = "one") -> ActionStatus:
        """The action once it is in `state`."""
        known = self.until(lambda status: one(status, name).state is state, f"{name} is {state}")
        return one(known, name)

    def stop(self) -> ServiceStatus:
        """Stop the service and wait for it."""
        with self.client() as client:
            client.service_stop(SERVICE)
        return self.until(lambda status: status.state is ActionState.STOPPED, "all is stopped")

    def record_path(self, name: str = "one", service: str = SERVICE) -> Path:
        """The record of the last start of an action."""
        return self.paths.state / "runs" / service / f"{name}.json"

    def change_record(self, name: str = "one", service: str = SERVICE, **fields: object) -> None:
        """Rewrite the record of an action, as an earlier boot, a reused pid or another clock would have left it."""
        path = self.record_path(name, service)
        path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))

    def descendants(self) -> set[int]:
        """Every process of this root; the root is part of its command or environment."""
        root = str(self.paths.root)
        mine = {self.supervisor_pid} if self.supervisor else set()
        found = set()
        for pid in list_processes():
            command = ""
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
            if root in command or read_inherited(pid, "PATH_ROOT") == root:
                found.add(pid)
        return found - mine

    def clean_up(self) -> None:
        """End what is left, the supervisor first."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.kill()
            self.supervisor.wait(DEADLINE_S)
        for _round in range(_CLEAR_ROUNDS):
            left = self.descendants()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if not left:
                return


def one(status: ServiceStatus, name: str = "one") -> ActionStatus:
    return next(action for action in status.actions if action.name == name)
