"""The wire types of a supervisor: params and results of every method."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hero_assistance_sdk.hero_proc.reports import LogPage as LogPage
from hero_assistance_sdk.hero_proc.specs import ActionSpec, ServiceSpec
from hero_assistance_sdk.hero_proc.states import CORE as CORE
from hero_assistance_sdk.hero_proc.states import LONGEST_QUERY as LONGEST_QUERY
from hero_assistance_sdk.hero_proc.states import LONGEST_WAIT_MS as LONGEST_WAIT_MS
from hero_assistance_sdk.hero_proc.states import WORST_FIRST as WORST_FIRST
from hero_assistance_sdk.hero_proc.states import ActionState as ActionState
from hero_assistance_sdk.hero_proc.states import Wanted as Wanted
from hero_assistance_sdk.hero_proc.states import worst as worst
from hero_assistance_sdk.rpc.methods import Params

# Contexts and names of secrets become keys of a file and part of its name.
SecretName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


class Answer(BaseModel):
    """The base of every result; a client passes over fields that it does not know yet."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, json_schema_serialization_defaults_required=True, defer_build=True
    )


class LastExit(Answer):
    """How the last process of an action ended; both `null` for an adopted process: only its parent learns them."""

    code: int | None = None
    signal: str | None = None
    at_ms: int


class ActionStatus(Answer):
    """One action; `reason` says in words why it is not healthy, `kept` why the last restart left its process alone."""

    name: str
    state: ActionState
    pid: int | None = None
    uptime_s: float | None = None
    restarts: int = 0
    attempt: int = 0
    sockets: tuple[str, ...] = ()
    reason: str | None = None
    kept: str | None = None
    last_exit: LastExit | None = None
    last_probe_error: str | None = None


class ServiceStatus(Answer):
    """A service and its actions in the order they start; `revision` grows with every change."""

    service: str
    wanted: Wanted
    state: ActionState
    revision: int = 0
    actions: tuple[ActionStatus, ...] = ()


class ServiceList(Answer):
    """Every registered service."""

    services: tuple[ServiceStatus, ...]


class Registration(Answer):
    """A service as it was registered; `outdated` names the actions that run by an older specification."""

    spec: ServiceSpec
    wanted: Wanted
    outdated: tuple[str, ...] = ()


class ActionList(Answer):
    """The actions of a service."""

    service: str
    actions: tuple[ActionSpec, ...]


class Job(Answer):
    """One start of an action, from its spawn to its end."""

    service: str
    action: str
    run: int
    pid: int
    adopted: bool
    started_at_ms: int
    ended: LastExit | None = None


class JobList(Answer):
    """Starts of actions."""

    jobs: tuple[Job, ...]


class Secret(Answer):
    """A secret and its value."""

    context: str
    name: str
    value: str


class SecretNames(Answer):
    """The names of a context's secrets."""

    context: str
    names: tuple[str, ...]


class Done(Answer):
    """The call was carried out; `changed` is false when there was nothing to do."""

    changed: bool = True


class SupervisorHealth(Answer):
    """The supervisor itself."""

    status: str
    service: str
    version: str
    release: str | None = None
    pid: int | None = None
    services: int = 0


class NamesService(Params):
    """Which service."""

    service: str


class SetService(Params):
    """The service to register."""

    spec: ServiceSpec


class RestartService(Params):
    """With `overlap`, an action that can hand over is replaced by a successor before it is ended."""

    service: str
    overlap: bool = False


class ServiceStatusParams(Params):
    """With `after`, the answer waits until the revision is greater, or `wait_ms` have passed."""

    service: str
    after: int | None = None
    wait_ms: Annotated[int, Field(ge=0, le=LONGEST_WAIT_MS)] = 0


class NamesAction(Params):
    """Which action of which service."""

    service: str
    action: str


class SetAction(Params):
    """The action to register with a service."""

    service: str
    spec: ActionSpec


class ListJobs(Params):
    """Which service's starts; of all without one."""

    service: str | None = None


class InsertLog(Params):
    """The line to add to an action's log."""

    action: str
    line: Annotated[str, Field(max_length=16_384)]


class QueryLog(Params):
    """The last `lines` lines; with `since_ms` (UTC) or `cursor` the first behind it. With `run` those of one start."""

    action: str
    lines: Annotated[int, Field(ge=0, le=LONGEST_QUERY)] = 100
    cursor: str | None = None
    since_ms: Annotated[int, Field(ge=0)] | None = None
    run: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_beginning(self) -> QueryLog:
        if self.cursor is not None and self.since_ms is not None:
            raise ValueError("cursor or since_ms says where to begin, not both")
        return self


class NamesContext(Params):
    """Which context of secrets."""

    context: SecretName = CORE


class NamesSecret(NamesContext):
    """Which secret of which context."""

    name: SecretName


class SetSecret(NamesSecret):
    """The value to store for a secret."""

    value: Annotated[str, Field(max_length=65_536)]


class Shutdown(Params):
    """With `when_idle`, refused while a service is registered."""

    when_idle: bool = False
