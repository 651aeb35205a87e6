"""What `status` says: a supervisor, a release, and each action as it is; its JSON is a fixed interface."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from hero_assistance.service import ACTIONS
from hero_assistance.supervisor.clock import now_ms
from hero_assistance.supervisor.connection import Kind, Supervisor, double, found, knows, left_running
from hero_assistance.supervisor.registry.run_records import RunRecord
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.wire import ActionState, ActionStatus
from hero_assistance_sdk.paths import SERVICE, Paths
from hero_assistance_sdk.rpc.client import RpcClient

HEALTHY = 0
OTHERWISE = 1
NOTHING_RUNS = 3
_RELEASE_S = 2.0
_UNSUPERVISED = "runs without a supervisor; hero_assistance --start takes it over"


class ActionRow(BaseModel):
    """One action; `reason` is for people and no part of the JSON."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: ActionState
    pid: int | None = None
    uptime_s: int | None = None
    restarts: int = 0
    sockets: tuple[str, ...] = ()
    reason: str | None = Field(default=None, exclude=True)


class Status(BaseModel):
    """The service; `release` is that of the running server, `null` when it does not answer.

    `note` says to people what two supervisors could make of it, and is no part of the JSON.
    """

    model_config = ConfigDict(frozen=True)

    service: str
    supervisor: Kind
    release: str | None
    actions: tuple[ActionRow, ...]
    note: str | None = Field(default=None, exclude=True)

    @property
    def exit_status(self) -> int:
        """0: all healthy, 3: nothing runs, 1: anything else."""
        states = {action.state for action in self.actions}
        if states == {ActionState.HEALTHY}:
            return HEALTHY
        return NOTHING_RUNS if states <= {ActionState.STOPPED} else OTHERWISE


def status(paths: Paths) -> Status:
    """The service as it is now."""
    with found(paths) as supervisor:
        kind = supervisor.kind if supervisor else Kind.NONE
        actions = _supervised(supervisor) if supervisor else _unsupervised(paths)
    release = None if all(row.state is ActionState.STOPPED for row in actions) else _release(paths)
    return Status(service=SERVICE, supervisor=kind, release=release, actions=actions or _stopped(), note=_note(paths))


def _note(paths: Paths) -> str | None:
    found = double(paths)
    return f"{found}; hero_assistance --start moves it to hero_proc" if found else None


def _supervised(supervisor: Supervisor) -> tuple[ActionRow, ...]:
    if not knows(supervisor.client):
        return ()
    return tuple(map(_row, supervisor.client.service_status(SERVICE).actions))


def _row(action: ActionStatus) -> ActionRow:
    return ActionRow(
        name=action.name,
        state=action.state,
        pid=action.pid,
        uptime_s=None if action.uptime_s is None else int(action.uptime_s),
        restarts=action.restarts,
        sockets=action.sockets,
        reason=action.reason,
    )


def _unsupervised(paths: Paths) -> tuple[ActionRow, ...]:
    """What an ended supervisor left running: nobody probes it, so it is not called healthy."""
    left = left_running(paths)
    return tuple(_left(name, left.get(name)) for name in ACTIONS) if left else ()


def _left(name: str, record: RunRecord | None) -> ActionRow:
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


def _stopped() -> tuple[ActionRow, ...]:
    return tuple(ActionRow(name=name, state=ActionState.STOPPED) for name in ACTIONS)


def _release(paths: Paths) -> str | None:
    try:
        with RpcClient(paths.socket("rpc"), timeout_s=_RELEASE_S) as server:
            health = server.call("system.health")
    except HeroError:
        return None
    release = health.get("release") if isinstance(health, dict) else None
    return release if isinstance(release, str) else None
