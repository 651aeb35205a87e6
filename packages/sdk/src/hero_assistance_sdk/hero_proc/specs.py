"""What a supervisor is told to run: a service, its actions, their probes, retries, order and end.

`check_service` finds every fault of a specification at once; nothing with a fault is ever sent or stored.
"""

from __future__ import annotations

import re
import shlex
import signal
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hero_assistance_sdk.paths import SOCKET_PATH_LIMIT
from hero_assistance_sdk.rpc.errors import InvalidParams

# Names become file names (logs) and parts of an environment variable, so they hold neither "/" nor spaces.
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}", re.ASCII)
HEALTH_PATH = "/health"

Milliseconds = Annotated[int, Field(ge=0, le=24 * 3600 * 1000)]
Interval = Annotated[int, Field(ge=10, le=3600 * 1000)]
Port = Annotated[int, Field(ge=1, le=65535)]


class BadSpec(InvalidParams):
    """A specification that cannot be run; `faults` names everything that is wrong with it."""

    reason = "bad-spec"


class ProbeKind(StrEnum):
    """How a health check asks."""

    HTTP = "http"
    TCP = "tcp"
    EXEC = "exec"


class DependencyCondition(StrEnum):
    """What a dependency must have reached before the action that waits for it is started."""

    STARTED = "started"
    HEALTHY = "healthy"


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class RetryPolicy(_Spec):
    """How an action that ended is started again: exponential back-off, forgotten after a stable period."""

    max_attempts: Annotated[int, Field(ge=1)] | None = 10
    delay_ms: Milliseconds = 50
    factor: Annotated[float, Field(ge=1, le=10)] = 2.0
    max_delay_ms: Milliseconds = 30_000
    jitter: Annotated[float, Field(ge=0, le=1)] = 0.2
    stability_period_ms: Milliseconds = 10_000


class HealthCheck(_Spec):
    """One probe.

    `target` is, for `http`: the absolute path of a Unix socket (`GET /health` is asked there) or `http://host:port/path`;
    for `tcp`: `host:port`; for `exec`: a command line whose program is an absolute path.
    """

    kind: ProbeKind
    target: str
    interval_ms: Interval = 2_000
    timeout_ms: Interval = 1_000
    failures: Annotated[int, Field(ge=1, le=100)] = 3
    start_period_ms: Milliseconds = 20_000


class StopSpec(_Spec):
    """How an action is ended: `signal` to all it started, and SIGKILL to what is left after `timeout_ms`."""

    signal: str = "SIGTERM"
    timeout_ms: Milliseconds = 10_000


class LogSpec(_Spec):
    """How much of an action's output is kept: `keep` times `max_bytes` over all its starts, and what it writes to."""

    max_bytes: Annotated[int, Field(ge=64 * 1024, le=1024**3)] = 10 * 1024**2
    keep: Annotated[int, Field(ge=1, le=1_000)] = 5


class Dependency(_Spec):
    """Another action of the same service, and what it must have reached."""

    action: str
    condition: DependencyCondition = DependencyCondition.HEALTHY


class ActionSpec(_Spec):
    """One program that a supervisor runs.

    `is_process` false: it runs once to its end. `singleton`: what is left of an earlier instance is ended
    before the next one is started. `hands_over`: a new process of it can take the sockets from the one that
    runs, so that a restart refuses no caller. `notify`: it is not ready before it has said `READY=1` on
    `NOTIFY_SOCKET`. `sockets` and `tcp_ports` are what it listens on; while others hold one of them the
    action is not started. `kill_other`: a holder that is provably an earlier instance of this action is ended
    first; any other holder is left alone.
    """

    name: str
    argv: tuple[str, ...]
    description: str = ""
    cwd: str | None = None
    env: dict[str, str] = {}
    is_process: bool = True
    singleton: bool = True
    kill_other: bool = False
    hands_over: bool = False
    notify: bool = False
    sockets: tuple[str, ...] = ()
    tcp_ports: tuple[Port, ...] = ()
    retry_policy: RetryPolicy = RetryPolicy()
    health_checks: tuple[HealthCheck, ...] = ()
    stop: StopSpec = StopSpec()
    log: LogSpec = LogSpec()
    depends_on: tuple[Dependency, ...] = ()


class ServiceSpec(_Spec):
    """A named group of actions that start and stop together."""

    name: str
    actions: tuple[ActionSpec, ...]
    description: str = ""

    def action(self, name: str) -> ActionSpec | None:
        """The action of that name."""
        return next((action for action in self.actions if action.name == name), None)


def check_service(spec: ServiceSpec) -> None:
    """Raise `BadSpec` with every fault of `spec`, or return when there is none."""
    faults = list(_service_faults(spec))
    if faults:
        count = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise BadSpec(f"the specification of {spec.name!r} has {count}: {'; '.join(faults)}", faults=faults)


def start_order(spec: ServiceSpec) -> tuple[ActionSpec, ...]:
    """The actions so that each comes after those it depends on; `spec` has passed `check_service`."""
    placed: dict[str, ActionSpec] = {}
    for _round in spec.actions:
        for action in spec.actions:
            if action.name not in placed and all(need.action in placed for need in action.depends_on):
                placed[action.name] = action
    return tuple(placed.values())


def _service_faults(spec: ServiceSpec) -> Iterator[str]:
    yield from _name_faults("service", spec.name)
    names = [action.name for action in spec.actions]
    if not names:
        yield "the service has no action"
    yield from (f"action {name} is defined twice" for name in sorted(set(names)) if names.count(name) > 1)
    for action in spec.actions:
        yield from (f"action {action.name}: {fault}" for fault in _action_faults(action, names))
    if circle := _circle(spec.actions):
        yield f"the actions wait for each other: {' -> '.join(circle)}"


def _action_faults(action: ActionSpec, names: Iterable[str]) -> Iterator[str]:
    yield from _name_faults("action", action.name)
    yield from _program_faults("program", action.argv)
    if action.cwd is not None and not _absolute(action.cwd):
        yield f"the working directory {action.cwd!r} is not an absolute path"
    for path in action.sockets:
        yield from _socket_faults(path)
    if action.hands_over and not (action.sockets and action.singleton):
        yield "it hands over, so it has to be a singleton with a socket that its successor is asked on"
    if action.kill_other and not (action.sockets or action.tcp_ports):
        yield "it ends others that hold its sockets or TCP ports, and declares none"
    yield from (f"{name!r} is not an environment variable" for name in action.env if not name or "=" in name)
    for need in action.depends_on:
        if need.action not in names:
            yield f"it depends on {need.action!r}, which is not an action of this service"
    if action.stop.signal not in signal.Signals.__members__:
        yield f"{action.stop.signal!r} is not a signal"
    for check in action.health_checks:
        yield from _target_faults(check)


def _name_faults(kind: str, name: str) -> Iterator[str]:
    if not NAME.fullmatch(name):
        yield f"{name!r} is not a name for a {kind} (letters a-z, digits, '_', '.', '-'; at most 64)"


def _program_faults(kind: str, argv: tuple[str, ...]) -> Iterator[str]:
    if not argv:
        yield f"no {kind} is named"
    elif not _absolute(argv[0]):
        yield f"the {kind} {argv[0]!r} is not an absolute path"


def _socket_faults(path: str) -> Iterator[str]:
    if not _absolute(path):
        yield f"the socket {path!r} is not an absolute path"
    elif len(path.encode()) > SOCKET_PATH_LIMIT:
        yield f"the socket path {path} has {len(path.encode())} bytes; the system accepts {SOCKET_PATH_LIMIT}"


def _target_faults(check: HealthCheck) -> Iterator[str]:
    if check.kind is ProbeKind.EXEC:
        yield from _exec_faults(check.target)
    elif check.kind is ProbeKind.HTTP and _absolute(check.target):
        yield from _socket_faults(check.target)
    else:
        try:
            network_target(check)
        except ValueError:
            wanted = "host:port" if check.kind is ProbeKind.TCP else "a socket path or http://host:port/path"
            yield f"the {check.kind} probe asks {check.target!r}, which is not {wanted}"


def _exec_faults(target: str) -> Iterator[str]:
    try:
        yield from _program_faults("probe program", tuple(shlex.split(target)))
    except ValueError as error:
        yield f"the probe's command line {target!r} cannot be read: {error}"


def network_target(check: HealthCheck) -> tuple[str, int, str]:
    """Host, port and path of a `tcp` or `http` target; raises `ValueError`."""
    address, path = check.target, HEALTH_PATH
    if check.kind is ProbeKind.HTTP:
        scheme, _, rest = check.target.partition("://")
        if scheme != "http":
            raise ValueError(check.target)
        address, _, path = rest.partition("/")
        path = f"/{path}"
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError(check.target)
    return host.removeprefix("[").removesuffix("]"), int(port), path


def _absolute(path: str) -> bool:
    return PurePosixPath(path).is_absolute() and "\0" not in path


def _circle(actions: tuple[ActionSpec, ...]) -> list[str]:
    """The names along one circle of dependencies, its first name again at the end; empty without one."""
    needs = {action.name: [need.action for need in action.depends_on] for action in actions}
    finished: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in finished:
            return []
        found = next(filter(None, (walk(need, [*trail, name]) for need in needs.get(name, ()))), [])
        finished.add(name)
        return found

    return next(filter(None, (walk(name, []) for name in needs)), [])
