"""What `status` says: a supervisor, a release, and each action as it is; its JSON is a fixed interface."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hero_assistance.action_names import ACTIONS, REPLICA, SERVER, UI
from hero_assistance.supervisor.clock import now_ms
from hero_assistance.supervisor.registry.state_files import has_runs
from hero_assistance.supervisor_lookup import Kind, find_double, find_supervisor, knows_service
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.health import Condition, parse_conditions
from hero_assistance_sdk.hero_proc.connection import SupervisorConnection
from hero_assistance_sdk.hero_proc.reports import ActionReport
from hero_assistance_sdk.hero_proc.states import ActionState
from hero_assistance_sdk.paths import SERVICE, Paths
from hero_assistance_sdk.rpc.client import RpcClient

if TYPE_CHECKING:
    from hero_assistance.supervisor.registry.run_records import RunRecord

HEALTHY = 0
OTHERWISE = 1
NOTHING_RUNS = 3
_ANSWER_S = 2.0
_UNSUPERVISED = "runs without a supervisor; hero_assistance --start takes it over"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One action; `reason`, which may say how well it is, and `conditions` are for people and no part of the JSON.

    An action whose probes pass is `degraded`, too, while it names conditions for which an operator has to look.
    """

    name: str
    state: ActionState
    pid: int | None = None
    uptime_s: int | None = None
    restarts: int = 0
    sockets: tuple[str, ...] = ()
    reason: str | None = None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """The service; `release` is that of the running server, `None` when it does not answer.

    `note` says to people what two supervisors could make of it, and is no part of the JSON.
    """

    service: str
    supervisor: Kind
    release: str | None
    actions: tuple[ActionRow, ...]
    note: str | None = None

    @property
    def exit_status(self) -> int:
        """0: all healthy, 3: nothing runs, 1: anything else."""
        states = {action.state for action in self.actions}
        if states == {ActionState.HEALTHY}:
            return HEALTHY
        return NOTHING_RUNS if states <= {ActionState.STOPPED} else OTHERWISE


def serialize_status(found: Status) -> dict[str, Any]:
    """The JSON of `status --json`."""
    return {
        "service": found.service,
        "supervisor": found.supervisor.value,
        "release": found.release,
        "actions": [
            {
                "name": action.name,
                "state": action.state.value,
                "pid": action.pid,
                "uptime_s": action.uptime_s,
                "restarts": action.restarts,
                "sockets": list(action.sockets),
            }
            for action in found.actions
        ],
    }


def read_status(paths: Paths) -> Status:
    """The service as it is now."""
    with find_supervisor(paths, SupervisorConnection) as supervisor:
        kind = supervisor.kind if supervisor else Kind.NONE
        actions = _read_supervised(supervisor.client) if supervisor else _read_unsupervised(paths)
    runs = any(row.state is not ActionState.STOPPED for row in actions)
    health = _ask_server(paths) if runs else {}
    release = health.get("release")
    return Status(
        service=SERVICE,
        supervisor=kind,
        release=release if isinstance(release, str) else None,
        actions=tuple(_add_conditions(row, paths, health) for row in actions) or _list_stopped(paths),
        note=_find_note(paths),
    )


def _find_note(paths: Paths) -> str | None:
    double = find_double(paths)
    return f"{double}; hero_assistance --start moves it to hero_proc" if double else None


def _read_supervised(client: SupervisorConnection) -> tuple[ActionRow, ...]:
    if not knows_service(client):
        return ()
    return tuple(map(_to_row, client.service_report(SERVICE).actions))


def _to_row(action: ActionReport) -> ActionRow:
    return ActionRow(
        name=action.name,
        state=action.state,
        pid=action.pid,
        uptime_s=None if action.uptime_s is None else int(action.uptime_s),
        restarts=action.restarts,
        sockets=action.sockets,
        reason=action.reason,
    )


def _read_unsupervised(paths: Paths) -> tuple[ActionRow, ...]:
    """What an ended supervisor left running: it is not probed, so it is not called healthy."""
    if not has_runs(paths.state, SERVICE):
        return ()
    from hero_assistance.supervisor.connection import left_running

    left = left_running(paths)
    return tuple(_to_unsupervised_row(name, left.get(name)) for name in _list_names(paths)) if left else ()


def _to_unsupervised_row(name: str, record: RunRecord | None) -> ActionRow:
    if record is None:
        return ActionRow(name=name, state=ActionState.STOPPED)
    return ActionRow(
        name=name,
        state=ActionState.DEGRADED,
        pid=record.pid,
        uptime_s=max(0, now_ms() - record.started_at_ms) // 1000,
        restarts=record.restarts,
        sockets=record.spec.sockets,
        reason=_UNSUPERVISED,
    )


def _list_stopped(paths: Paths) -> tuple[ActionRow, ...]:
    return tuple(ActionRow(name=name, state=ActionState.STOPPED) for name in _list_names(paths))


def _list_names(paths: Paths) -> tuple[str, ...]:
    return (*ACTIONS, REPLICA) if paths.replica_configuration.exists() else ACTIONS


def _add_conditions(row: ActionRow, paths: Paths, server_health: dict[str, Any]) -> ActionRow:
    """The row of an action that passes its probes, `degraded` where it names conditions itself."""
    if row.state is not ActionState.HEALTHY:
        return row
    found: tuple[Condition, ...] = ()
    if row.name == SERVER:
        found = (*parse_conditions(server_health), *_find_missing_listener(server_health))
    elif row.name == UI:
        found = parse_conditions(_ask_page(paths))
    elif row.name == REPLICA:
        return _add_lag(row, paths)
    if not found:
        return row
    reason = "; ".join(condition.message for condition in found)
    return replace(row, state=ActionState.DEGRADED, reason=reason, conditions=found)


def _add_lag(row: ActionRow, paths: Paths) -> ActionRow:
    """The row of the replica's action, with how far behind it is."""
    from hero_assistance.replication.report import describe, look

    report, condition = look(paths)
    if condition is None:
        return replace(row, reason=describe(report))
    return replace(row, state=ActionState.DEGRADED, reason=condition.message, conditions=(condition,))


def _find_missing_listener(server_health: dict[str, Any]) -> tuple[Condition, ...]:
    """The condition of a server that does not listen on TCP, although it was asked to."""
    error = server_health.get("tcp_error")
    if not isinstance(error, dict):
        return ()
    from hero_assistance.setup.tcp_listener import explain_missing_listener

    return (explain_missing_listener(error),)


def _ask_server(paths: Paths) -> dict[str, Any]:
    """What the server says of itself; nothing when it does not answer."""
    try:
        with RpcClient(paths.socket("rpc"), timeout_s=_ANSWER_S) as server:
            health = server.call("system.health")
    except HeroError:
        return {}
    return health if isinstance(health, dict) else {}


def _ask_page(paths: Paths) -> Any:
    try:
        with RpcClient(paths.socket("ui"), timeout_s=_ANSWER_S) as page:
            return page.get("/health")
    except HeroError:
        return None
