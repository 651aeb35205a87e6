"""Finding the supervisor of a root, and starting the embedded one where there is none; used by the CLI alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hero_assistance.supervisor.environment import child_environment
from hero_assistance.supervisor.lock import LIFECYCLE_LOCK, SUPERVISOR_LOCK, Held, holder_of, lock
from hero_assistance.supervisor.logs.pages import last_lines
from hero_assistance.supervisor.logs.places import Place
from hero_assistance.supervisor.places import OWN_LOG, SOCKET
from hero_assistance.supervisor.proctable import is_alive, process_of
from hero_assistance.supervisor.registry import Registry, RunRecord
from hero_assistance.supervisor.state_files import is_registered
from hero_assistance.supervisor_lookup import FoundSupervisor, Kind, find_supervisor, knows_service
from hero_assistance_sdk.errors import Conflict, HeroError
from hero_assistance_sdk.hero_proc.client import SupervisorClient, connect
from hero_assistance_sdk.hero_proc.specs import ServiceSpec
from hero_assistance_sdk.hero_proc.wire import SupervisorHealth
from hero_assistance_sdk.paths import SERVICE, Paths
from hero_assistance_sdk.release import DEVELOPMENT, release_id
from hero_assistance_sdk.sockets import listening_pid

LOG_LINES = 20
# Longer than any start or stop takes, so that who waits here fails only when the other one hangs.
_LOCK_WAIT_S = 90.0
_READY_S = 15.0
_END_S = 10.0
_LOOK_S = 0.02


class SupervisorFailed(HeroError):
    """The embedded supervisor did not start or did not end; `log_lines` are the last of its log."""

    reason = "supervisor-failed"

    def __init__(self, message: str, paths: Paths) -> None:
        super().__init__(message, hint=f"see {own_log(paths)}")
        self.log_lines = last_lines(paths.logs, OWN_LOG, LOG_LINES).lines


class Busy(HeroError):
    """Another start, stop or restart of this root does not end."""

    reason = "busy"


Supervisor = FoundSupervisor[SupervisorClient]


# Held, so that one that ends before this program does is reaped and no warning is given.
_started: list[subprocess.Popen[bytes]] = []


@contextmanager
def alone(paths: Paths) -> Iterator[None]:
    """Let one start, stop or restart of this root happen at a time; raises `Busy` after a long wait."""
    try:
        with lock(paths.state / LIFECYCLE_LOCK, wait_s=_LOCK_WAIT_S):
            yield
    except Held as held:
        raise Busy(f"{held} is starting or stopping the service", hint="wait for it, or end it") from None


@contextmanager
def found(paths: Paths) -> Iterator[Supervisor | None]:
    """The supervisor that looks after the service, or would, to tell it everything; `None` when none listens."""
    with find_supervisor(paths, SupervisorClient) as supervisor:
        yield supervisor


@contextmanager
def hero_proc_or_embedded(paths: Paths) -> Iterator[Supervisor]:
    """hero_proc where it listens, else the embedded supervisor, started when it does not run."""
    hero_proc = connect(paths.hero_proc_socket)
    if hero_proc is None:
        with embedded(paths) as client:
            yield Supervisor(Kind.EMBEDDED, client)
    else:
        with hero_proc:
            yield Supervisor(Kind.HERO_PROC, hero_proc)


@contextmanager
def registered_with(paths: Paths) -> Iterator[Supervisor | None]:
    """The supervisor that the service is registered with, started again where it ended without being asked."""
    with found(paths) as supervisor:
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
    """The embedded supervisor where it runs, or has to, because an earlier one left something behind."""
    client = connect(paths.socket(SOCKET))
    if client is None and registered_here(paths):
        client = _start(paths)
    if client is None:
        yield None
        return
    with client:
        yield client


def end_embedded(paths: Paths, client: SupervisorClient) -> bool:
    """End the embedded supervisor once nothing is registered; false when something still is."""
    try:
        client.require("system.shutdown")
        pid = client.health().pid
        client.shutdown(when_idle=True)
    except Conflict:
        return False
    _await_end(paths, pid)
    return True


def registered_here(paths: Paths) -> bool:
    """Whether a registration of the embedded supervisor is on the disk."""
    return is_registered(paths.state, SERVICE)


def registered_spec(paths: Paths) -> ServiceSpec | None:
    """The service as it is registered with the supervisor that listens."""
    with found(paths) as supervisor:
        if supervisor is None or not knows_service(supervisor.client):
            return None
        return supervisor.client.service_get(SERVICE).spec


def left_running(paths: Paths) -> dict[str, RunRecord]:
    """The actions of the service that run without a supervisor, by name."""
    ours = [row for row in Registry(paths.state).runs.all() if row[0] == SERVICE]
    return {action: record for _service, action, record in ours if is_alive(record.identity)}


@contextmanager
def embedded(paths: Paths) -> Iterator[SupervisorClient]:
    """The embedded supervisor, started when it does not run; one of another release hands over to this one's."""
    client = connect(paths.socket(SOCKET))
    if client is not None and _is_of_another_release(health := client.health()):
        client.shutdown()
        client.close()
        _await_end(paths, health.pid)
        client = None
    with client or _start(paths) as ready:
        yield ready


def _start(paths: Paths) -> SupervisorClient:
    """Start the embedded supervisor, detached, and connect once it listens; raises `SupervisorFailed`."""
    child = _launch(paths)
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline:
        if listening_pid(paths.socket(SOCKET)) is not None:
            return SupervisorClient(paths.socket(SOCKET))
        if child.poll() is not None:
            # An earlier one may have been ending still; one that nobody stood in the way of has failed.
            if not _held(paths):
                raise SupervisorFailed(f"the supervisor ended with status {child.returncode}", paths)
            _await_end(paths, holder_of(paths.state / SUPERVISOR_LOCK))
            child = _launch(paths)
        time.sleep(_LOOK_S)
    raise SupervisorFailed(f"the supervisor did not listen within {_READY_S:.0f} s", paths)


def own_log(paths: Paths) -> Path:
    """The file that the embedded supervisor writes to when a command has started it."""
    return Place(paths.logs, OWN_LOG).live(0)


def _launch(paths: Paths) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, with nothing of this shell but the folders."""
    paths.logs.mkdir(parents=True, exist_ok=True)
    folders = {"PATH_ROOT": paths.root, "PATH_SOCKET": paths.sockets, "PATH_VAR": paths.var}
    with own_log(paths).open("ab", buffering=0) as log:
        child = subprocess.Popen(
            supervisor_command(paths),
            env=child_environment({name: str(folder) for name, folder in folders.items()}),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _started.append(child)
    return child


def supervisor_command(paths: Paths) -> list[str]:
    """The command line that supervises this root: the installed program, else this one."""
    installed = paths.bin / "hero_assistance"
    program = [str(installed)] if os.access(installed, os.X_OK) else [sys.executable, "-m", "hero_assistance"]
    return [*program, "supervisor", "run"]


def _await_end(paths: Paths, pid: int | None) -> None:
    """Return once the supervisor with this pid has ended; raises `SupervisorFailed`."""
    deadline = time.monotonic() + _END_S
    row = process_of(pid) if pid else None
    while _held(paths) if row is None else is_alive(row.identity):
        if time.monotonic() > deadline:
            raise SupervisorFailed(f"the supervisor (process {pid}) does not end", paths)
        time.sleep(_LOOK_S)


def _held(paths: Paths) -> bool:
    return holder_of(paths.state / SUPERVISOR_LOCK) is not None


def _is_of_another_release(health: SupervisorHealth) -> bool:
    """Whether a newer or older program supervises; a source tree leaves the supervisor of a release alone."""
    return release_id() not in (DEVELOPMENT, health.release)
