"""The tables from our specifications to the fields that a supervisor may ask for.

A row names a fact of ours, the names that supervisors have for it, and what is put there. `spec_fitting` reads them.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from hero_assistance_sdk.hero_proc.schemas import Schema, list_properties
from hero_assistance_sdk.hero_proc.scripts import choose_interpreter, render_script
from hero_assistance_sdk.hero_proc.specs import (
    HEALTH_PATH,
    ActionSpec,
    Dependency,
    HealthCheck,
    LogSpec,
    ProbeKind,
    RetryPolicy,
    ServiceSpec,
    StopSpec,
)
from hero_assistance_sdk.hero_proc.states import CORE

S = TypeVar("S")
R = TypeVar("R")

# A row gives this where it has nothing for a field, as for one of another type.
ABSENT: Any = object()
# The unit of a duration is the end of its field's name; a field without one is not understood.
_UNITS = {"_ms": 1, "_s": 1000, "_sec": 1000, "_secs": 1000, "_seconds": 1000}


class Field(Protocol):
    """A field that a supervisor asks for."""

    @property
    def name(self) -> str:
        """The name of the field."""

    @property
    def is_required(self) -> bool:
        """Whether the supervisor insists on it."""

    @property
    def siblings(self) -> Mapping[str, Any]:
        """The schemas of the fields next to it, and its own."""

    def find(self, kind: str) -> Schema | None:
        """The alternative of a type that the field allows."""

    def find_items(self, kind: str) -> bool:
        """Whether the field is an array of that type."""

    def list_words(self, name: str) -> Sequence[str] | None:
        """The words that a field next to it is limited to; `None` without a limit."""

    def fit(self, rows: Sequence[Row[R]], source: R) -> Any:
        """The object that the field asks for, made by other rows; for an array, of its items."""


@dataclass(frozen=True, slots=True)
class Row(Generic[S]):
    """`ours` is placed where a supervisor asks for one of `theirs`; `only_required`: not where it is optional."""

    ours: str
    theirs: tuple[str, ...]
    give: Callable[[S, Field], Any]
    only_required: bool = False


def _text(get: Callable[[S], str | None]) -> Callable[[S, Field], Any]:
    def give(source: S, field: Field) -> Any:
        value = get(source)
        if value is None or field.find("string") is None:
            return ABSENT
        words = field.list_words(field.name) or ()
        return next((word for word in words if word.lower() == value.lower()), value)

    return give


def _of_kind(kind: str, get: Callable[[S], Any]) -> Callable[[S, Field], Any]:
    def give(source: S, field: Field) -> Any:
        value = get(source)
        return ABSENT if value is None or field.find(kind) is None else value

    return give


def _number(get: Callable[[S], float | None]) -> Callable[[S, Field], Any]:
    def give(source: S, field: Field) -> Any:
        value = get(source)
        if value is None or (field.find("integer") is None and field.find("number") is None):
            return ABSENT
        return math.ceil(value) if field.find("number") is None else value

    return give


def _duration(ours: str, bases: Sequence[str], get: Callable[[S], int]) -> Row[S]:
    def give(source: S, field: Field) -> Any:
        size = next(_UNITS[unit] for unit in sorted(_UNITS, key=len, reverse=True) if field.name.endswith(unit))
        if field.find("integer") is None and field.find("number") is None:
            return ABSENT
        return math.ceil(get(source) / size) if field.find("number") is None else get(source) / size

    return Row(ours, tuple(f"{base}{unit}" for base in bases for unit in _UNITS), give)


def _object(rows: Callable[[], Sequence[Row[R]]], get: Callable[[S], R | None]) -> Callable[[S, Field], Any]:
    def give(source: S, field: Field) -> Any:
        value = get(source)
        # An object whose fields are not described cannot be made.
        described = list_properties(field.find("object") or {})
        return ABSENT if value is None or not described else field.fit(rows(), value)

    return give


def _list(
    get: Callable[[S], Sequence[R]], rows: Callable[[], Sequence[Row[R]]], plain: Callable[[R], Any]
) -> Callable[[S, Field], Any]:
    """An array: of plain values, or of objects."""

    def give(source: S, field: Field) -> Any:
        if field.find("array") is None:
            return ABSENT
        if field.find_items("object"):
            return [field.fit(rows(), item) for item in get(source)]
        return [plain(item) for item in get(source)]

    return give


def _command(action: ActionSpec, field: Field) -> Any:
    if field.find("array") is not None:
        return list(action.argv)
    has_arguments = any(name in field.siblings for name in _ARGUMENTS)
    return action.argv[0] if has_arguments else shlex.join(action.argv)


def _arguments(action: ActionSpec, field: Field) -> Any:
    has_command = any(name in field.siblings for name in _COMMANDS)
    return list(action.argv[1:]) if has_command and field.find("array") is not None else ABSENT


def _interpreter(_action: ActionSpec, field: Field) -> Any:
    return choose_interpreter(field.list_words(field.name)) or ABSENT


def _script(action: ActionSpec, field: Field) -> Any:
    interpreter = choose_interpreter(field.list_words("interpreter"))
    script = None if interpreter is None else render_script(action.argv, interpreter)
    return ABSENT if script is None else script


def _environment(action: ActionSpec, field: Field) -> Any:
    if field.find("object") is not None:
        return dict(action.env)
    if field.find("array") is None:
        return ABSENT
    if field.find_items("object"):
        return [field.fit(_VARIABLE, pair) for pair in action.env.items()]
    return [f"{name}={value}" for name, value in action.env.items()]


def _http_path(check: HealthCheck, field: Field) -> Any:
    """The path that is asked; where no other field names the socket, this one does."""
    has_target = any(name in field.siblings for name in _TARGETS)
    return HEALTH_PATH if has_target and check.kind is ProbeKind.HTTP else check.target


def _first_check(action: ActionSpec) -> HealthCheck | None:
    return next(iter(action.health_checks), None)


def _list_checks(service: ServiceSpec) -> list[HealthCheck]:
    return [check for action in service.actions for check in action.health_checks]


def _list_sockets(service: ServiceSpec) -> Iterator[str]:
    return (socket for action in service.actions for socket in action.sockets)


_COMMANDS = ("command", "cmd", "exec")
_ARGUMENTS = ("args", "arguments")
_TARGETS = ("target", "socket", "socket_path")

_VARIABLE: tuple[Row[tuple[str, str]], ...] = (
    Row("name", ("name", "key"), _text(lambda pair: pair[0])),
    Row("value", ("value",), _text(lambda pair: pair[1])),
)
_SOCKET: tuple[Row[str], ...] = (Row("socket", ("path", "socket"), _text(lambda socket: socket)),)
_DEPENDENCY: tuple[Row[Dependency], ...] = (
    Row("action", ("action", "action_name", "name"), _text(lambda need: need.action)),
    Row("context", ("context", "action_context", "context_name"), _text(lambda _need: CORE)),
    Row("condition", ("condition",), _text(lambda need: need.condition.value)),
)
_RETRY: tuple[Row[RetryPolicy], ...] = (
    Row("max_attempts", ("max_attempts", "max_retries", "attempts"), _number(lambda retry: retry.max_attempts)),
    _duration("delay_ms", ("delay", "initial_delay", "backoff"), lambda retry: retry.delay_ms),
    Row("factor", ("factor", "multiplier", "backoff_factor"), _number(lambda retry: retry.factor)),
    _duration("max_delay_ms", ("max_delay", "max_backoff"), lambda retry: retry.max_delay_ms),
    Row("jitter", ("jitter",), _number(lambda retry: retry.jitter)),
    _duration("stability_period_ms", ("stability_period",), lambda retry: retry.stability_period_ms),
)
_HEALTH: tuple[Row[HealthCheck], ...] = (
    Row("kind", ("kind", "type"), _text(lambda check: check.kind.value)),
    Row("target", _TARGETS, _text(lambda check: check.target)),
    Row("path", ("path", "http_path"), _http_path),
    _duration("interval_ms", ("interval",), lambda check: check.interval_ms),
    _duration("timeout_ms", ("timeout",), lambda check: check.timeout_ms),
    _duration("start_period_ms", ("start_period", "grace_period"), lambda check: check.start_period_ms),
    Row("failures", ("failures", "retries", "failure_threshold"), _number(lambda check: check.failures)),
)
_STOP: tuple[Row[StopSpec], ...] = (
    Row("signal", ("signal", "stop_signal"), _text(lambda stop: stop.signal)),
    _duration("timeout_ms", ("timeout", "stop_timeout"), lambda stop: stop.timeout_ms),
)
_LOG: tuple[Row[LogSpec], ...] = (
    Row("max_bytes", ("max_bytes",), _number(lambda log: log.max_bytes)),
    Row("keep", ("keep",), _number(lambda log: log.keep)),
)

ACTION: tuple[Row[ActionSpec], ...] = (
    Row("name", ("name", "action_name", "action"), _text(lambda action: action.name)),
    Row("context", ("context", "action_context", "context_name"), _text(lambda _action: CORE)),
    Row("description", ("description",), _text(lambda action: action.description)),
    Row("argv", ("argv",), _of_kind("array", lambda action: list(action.argv))),
    Row("argv", _COMMANDS, _command),
    Row("arguments", _ARGUMENTS, _arguments),
    Row("argv", ("script",), _script),
    Row("interpreter", ("interpreter",), _interpreter),
    Row("env", ("env", "environment", "env_vars"), _environment),
    Row("cwd", ("cwd", "working_dir", "working_directory"), _text(lambda action: action.cwd)),
    Row("is_process", ("is_process",), _of_kind("boolean", lambda action: action.is_process)),
    Row("singleton", ("singleton",), _of_kind("boolean", lambda action: action.singleton)),
    Row("kill_other", ("kill_other", "kill_others"), _of_kind("boolean", lambda action: action.kill_other)),
    Row("hands_over", ("hands_over",), _of_kind("boolean", lambda action: action.hands_over)),
    Row("notify", ("notify",), _of_kind("boolean", lambda action: action.notify)),
    Row("sockets", ("sockets",), _list(lambda action: action.sockets, lambda: _SOCKET, str)),
    Row("tcp_ports", ("tcp_ports",), _of_kind("array", lambda action: list(action.tcp_ports))),
    Row("retry_policy", ("retry_policy", "retry"), _object(lambda: _RETRY, lambda action: action.retry_policy)),
    Row(
        "health_checks",
        ("health_checks", "probes"),
        _list(lambda action: action.health_checks, lambda: _HEALTH, lambda check: check.target),
    ),
    Row("health_checks", ("health_check", "probe"), _object(lambda: _HEALTH, _first_check)),
    Row("stop", ("stop", "stop_policy"), _object(lambda: _STOP, lambda action: action.stop)),
    Row("stop", ("stop_signal",), _text(lambda action: action.stop.signal)),
    _duration("stop", ("stop_timeout", "shutdown_timeout"), lambda action: action.stop.timeout_ms),
    Row("log", ("log",), _object(lambda: _LOG, lambda action: action.log)),
    Row(
        "depends_on",
        ("depends_on", "after", "requires"),
        _list(lambda action: action.depends_on, lambda: _DEPENDENCY, lambda need: need.action),
    ),
)
SERVICE: tuple[Row[ServiceSpec], ...] = (
    Row("name", ("name", "service_name", "service"), _text(lambda service: service.name)),
    Row("context", ("context", "context_name"), _text(lambda _service: CORE)),
    Row("description", ("description",), _text(lambda service: service.description)),
    Row(
        "actions",
        ("actions", "action_names"),
        _list(lambda service: service.actions, lambda: ACTION, lambda action: action.name),
    ),
    Row("health_checks", ("probe",), _object(lambda: _HEALTH, lambda spec: next(iter(_list_checks(spec)), None))),
    Row("health_checks", ("probes",), _list(_list_checks, lambda: _HEALTH, lambda check: check.target)),
    Row("notify", ("require_ready",), _of_kind("boolean", lambda spec: any(one.notify for one in spec.actions))),
    Row("sockets", ("sockets",), _list(lambda spec: list(_list_sockets(spec)), lambda: _SOCKET, str)),
    Row("tags", ("tags",), _of_kind("array", lambda _service: []), only_required=True),
    Row("wanted", ("status", "wanted", "wanted_status"), _text(lambda _service: "start"), only_required=True),
    Row("class", ("class",), _text(lambda _service: "user"), only_required=True),
)
