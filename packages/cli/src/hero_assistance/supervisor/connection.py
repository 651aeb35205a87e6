"""Connecting to the supervisor of a root, and starting the embedded one where none runs; for the CLI alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hero_assistance.start_space import require_start_space
from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance.supervisor.logs.query import read_last_lines
from hero_assistance.supervisor.names import LIFECYCLE_LOCK, OWN_LOG, SOCKET, SUPERVISOR_LOCK
from hero_assistance.supervisor.process.child_environment import make_child_environment
from hero_assistance.supervisor.process.process_table import is_alive, read_process
from hero_assistance.supervisor.process.required_proc import require_proc
from hero_assistance.supervisor.registry.registry import Registry
from hero_assistance.supervisor.registry.run_records import RunRecord
from hero_assistance.supervisor.registry.state_files import is_registered
from hero_assistance.supervisor_lookup import FoundSupervisor, Kind, connect_hero_proc, find_supervisor, knows_service
from hero_assistance_sdk.errors import Conflict, HeroError
from hero_assistance_sdk.files.file_lock import LockHeld, find_holder, lock_file
from hero_assistance_sdk.hero_proc.client import SupervisorClient, connect
from hero_assistance_sdk.hero_proc.specs import ServiceSpec
from hero_assistance_sdk.hero_proc.wire import SupervisorHealth
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.paths import SERVICE, Paths
from hero_assistance_sdk.release import DEVELOPMENT, release_id

LOG_LINES = 20
# Longer than any start or stop takes, so that a command that waits fails only when the other one hangs.
_LOCK_WAIT_S = 90.0
_READY_S = 15.0
_END_S = 10.0
# A supervisor that has lost its socket makes it again within milliseconds of a signal, unless the disk is full.
_WAKE_S = 5.0
_POLL_S = 0.02


class SupervisorFailed(HeroError):
    """The embedded supervisor did not start or did not end; `log_lines` are the last lines of its log."""

    reason = "supervisor-failed"

    def __init__(self, message: str, paths: Paths) -> None:
        super().__init__(message, hint=f"see {own_log(paths)}")
        self.log_lines = read_last_lines(paths.logs, OWN_LOG, LOG_LINES).lines


class Busy(HeroError):
    """Another start, stop or restart of this root does not end."""

    reason = "busy"


Supervisor = FoundSupervisor[SupervisorClient]


# Kept here, so that a supervisor that ends before this program is reaped without a warning.
_started: list[subprocess.Popen[bytes]] = []


@contextmanager
def lock_lifecycle(paths: Paths) -> Iterator[None]:
    """Allow one start, stop or restart of this root at a time; raises `Busy` after a long wait."""
    try:
        # A service on a disk that has become read-only can be stopped.
        with lock_file(paths.state / LIFECYCLE_LOCK, wait_s=_LOCK_WAIT_S, may_be_read_only=True):
            yield
    except LockHeld as held:
        raise Busy(f"{held} is starting or stopping the service", hint="wait for it, or end it") from None


@contextmanager
def connect_supervisor(paths: Paths) -> Iterator[Supervisor | None]:
    """Connect to the supervisor that runs the service, or would run it; `None` when none listens."""
    with find_supervisor(paths, SupervisorClient) as supervisor:
        yield supervisor


@contextmanager
def hero_proc_or_embedded(paths: Paths) -> Iterator[Supervisor]:
    """Connect to hero_proc where it listens, else to the embedded supervisor, and start that if needed."""
    hero_proc = connect_hero_proc(paths, SupervisorClient)
    if hero_proc is None:
        with embedded(paths) as client:
            yield Supervisor(Kind.EMBEDDED, client)
    else:
        with hero_proc:
            yield Supervisor(Kind.HERO_PROC, hero_proc)


@contextmanager
def registered_with(paths: Paths) -> Iterator[Supervisor | None]:
    """Connect to the supervisor that the service is registered with; starts the embedded one if it has died."""
    with connect_supervisor(paths) as supervisor:
        if supervisor and supervisor.kind is Kind.HERO_PROC and knows_service(supervisor.client):
            yield supervisor
            return
    if not registered_here(paths):
        yield None
        return
    with embedded(paths) as client:
        yield Supervisor(Kind.EMBEDDED, client)


@contextmanager
def embedded_if_needed(paths: Paths) -> Iterator[SupervisorClient | None]:
    """Connect to the embedded supervisor; starts it if an earlier one has left a registration."""
    client = connect(paths.socket(SOCKET))
    if client is None and registered_here(paths):
        client = _start_embedded(paths)
    if client is None:
        yield None
        return
    with client:
        yield client


def end_embedded(paths: Paths, client: SupervisorClient) -> bool:
    """End the embedded supervisor if nothing is registered; false when something is."""
    try:
        client.require("system.shutdown")
        pid = client.health().pid
        client.shutdown(when_idle=True)
    except Conflict:
        return False
    _await_end(paths, pid)
    return True


def registered_here(paths: Paths) -> bool:
    """Whether the state folder of the embedded supervisor has the service registered."""
    return is_registered(paths.state, SERVICE)


def registered_spec(paths: Paths) -> ServiceSpec | None:
    """The service as registered with the supervisor that listens."""
    with connect_supervisor(paths) as supervisor:
        if supervisor is None or not knows_service(supervisor.client):
            return None
        return supervisor.client.service_get(SERVICE).spec


def left_running(paths: Paths) -> dict[str, RunRecord]:
    """The actions of the service that run without a supervisor, by name."""
    ours = [row for row in Registry(paths.state).runs.list_all() if row[0] == SERVICE]
    return {action: record for _service, action, record in ours if is_alive(record.identity)}


@contextmanager
def embedded(paths: Paths) -> Iterator[SupervisorClient]:
    """Connect to the embedded supervisor and start it if needed; replaces a supervisor of another release.

    Raises `TooLittleSpace` before anything is ended that could not be started again.
    """
    client = connect(paths.socket(SOCKET))
    health = client.health() if client else None
    if health is None or _is_of_another_release(health):
        require_start_space(paths)
    if client is not None and health is not None and _is_of_another_release(health):
        client.shutdown()
        client.close()
        _await_end(paths, health.pid)
        client = None
    with client or _start_embedded(paths) as ready:
        yield ready


def _start_embedded(paths: Paths) -> SupervisorClient:
    """Start the embedded supervisor, detached, and connect once it listens; raises `SupervisorFailed`."""
    if _wake_running(paths):
        return SupervisorClient(paths.socket(SOCKET))
    require_proc()
    child = _spawn(paths)
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if listening_pid(paths.socket(SOCKET)) is not None:
            return SupervisorClient(paths.socket(SOCKET))
        if child.poll() is not None:
            # The lock of an earlier supervisor that is ending may have stopped it; without that it has failed.
            if not _is_running(paths):
                raise SupervisorFailed(f"the supervisor ended with status {child.returncode}", paths)
            _await_end(paths, find_holder(paths.state / SUPERVISOR_LOCK))
            child = _spawn(paths)
        time.sleep(_POLL_S)
    raise SupervisorFailed(f"the supervisor did not listen within {_READY_S:.0f} s", paths)


def _wake_running(paths: Paths) -> bool:
    """Make a supervisor that runs without its socket's file make it again; true once it listens."""
    holder = find_holder(paths.state / SUPERVISOR_LOCK)
    if not holder:
        return False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(holder, signal.SIGHUP)
    deadline = time.monotonic() + _WAKE_S
    while _is_running(paths) and time.monotonic() < deadline:
        if listening_pid(paths.socket(SOCKET)) is not None:
            return True
        time.sleep(_POLL_S)
    return False


def own_log(paths: Paths) -> Path:
    """The log file of an embedded supervisor that a command has started."""
    return LogLayout(paths.logs, OWN_LOG).live_path(0)


def _spawn(paths: Paths) -> subprocess.Popen[bytes]:
    """Start it in a session of its own; its environment has nothing of this shell but the folders."""
    paths.logs.mkdir(parents=True, exist_ok=True)
    folders = {"PATH_ROOT": paths.root, "PATH_SOCKET": paths.sockets, "PATH_VAR": paths.var}
    with own_log(paths).open("ab", buffering=0) as log:
        child = subprocess.Popen(
            supervisor_command(paths),
            env=make_child_environment({name: str(folder) for name, folder in folders.items()}),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _started.append(child)
    return child


def supervisor_command(paths: Paths) -> list[str]:
    """The command line that supervises this root: of the installed program, else of this one."""
    installed = paths.bin / "hero_assistance"
    program = [str(installed)] if os.access(installed, os.X_OK) else [sys.executable, "-m", "hero_assistance"]
    return [*program, "supervisor", "run"]


def _await_end(paths: Paths, pid: int | None) -> None:
    """Return once the supervisor with this pid has ended; raises `SupervisorFailed`."""
    deadline = time.monotonic() + _END_S
    row = read_process(pid) if pid else None
    while _is_running(paths) if row is None else is_alive(row.identity):
        if time.monotonic() > deadline:
            raise SupervisorFailed(f"the supervisor (process {pid}) does not end", paths)
        time.sleep(_POLL_S)


def _is_running(paths: Paths) -> bool:
    return find_holder(paths.state / SUPERVISOR_LOCK) is not None


def _is_of_another_release(health: SupervisorHealth) -> bool:
    """Whether a program of another release supervises; a source tree leaves the supervisor of a release alone."""
    return release_id() not in (DEVELOPMENT, health.release)
