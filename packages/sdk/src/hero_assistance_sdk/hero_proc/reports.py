"""The answers of a supervisor to the common calls, checked without the models of `wire`, which load slowly.

Each `parse_*` raises `ValueError` for an answer of another shape, and passes over fields that it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from hero_assistance_sdk.hero_proc.states import ActionState


@dataclass(frozen=True, slots=True)
class ActionReport:
    """One action, as a status shows it."""

    name: str
    state: ActionState
    pid: int | None
    uptime_s: float | None
    restarts: int
    sockets: tuple[str, ...]
    reason: str | None


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """A registered service and its actions, in the order they start."""

    service: str
    actions: tuple[ActionReport, ...]


@dataclass(frozen=True, slots=True)
class LogPage:
    """Lines of an action's log; `cursor` given to the next `logs.query` continues behind the last of them.

    `runs` says for each line by which start of the action it was written, numbered as in `job.list`; 0 for what none
    of them wrote. `is_end`: there was no further line. `is_cut`: the last line is longer than a page and goes on in
    the first one of the next.
    """

    # The supervisor makes the schema and the JSON of its answer from this class, as from the models of `wire`.
    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "ignore",
        "json_schema_serialization_defaults_required": True,
    }

    action: str
    lines: tuple[str, ...]
    cursor: str
    runs: tuple[int, ...] = ()
    is_end: bool = True
    is_cut: bool = False


def parse_services(answer: Any) -> tuple[ServiceReport, ...]:
    """The services in an answer to `service.list`."""
    return tuple(map(parse_service, _field(_object(answer), "services", list)))


def parse_service(answer: Any) -> ServiceReport:
    """The service in an answer to `service.status`."""
    found = _object(answer)
    actions = tuple(map(_parse_action, _field(found, "actions", list, [])))
    return ServiceReport(_field(found, "service", str), actions)


def parse_log_page(answer: Any) -> LogPage:
    """The page in an answer to `logs.query`."""
    found = _object(answer)
    return LogPage(
        action=_field(found, "action", str),
        lines=_items(found, "lines", str),
        cursor=_field(found, "cursor", str),
        runs=_items(found, "runs", int, ()),
        is_end=_field(found, "is_end", bool, True),
        is_cut=_field(found, "is_cut", bool, False),
    )


def _parse_action(answer: Any) -> ActionReport:
    found = _object(answer)
    return ActionReport(
        name=_field(found, "name", str),
        state=ActionState(_field(found, "state", str)),
        pid=_optional(found, "pid", int),
        uptime_s=_optional(found, "uptime_s", float),
        restarts=_field(found, "restarts", int, 0),
        sockets=_items(found, "sockets", str, ()),
        reason=_optional(found, "reason", str),
    )


_REQUIRED: Any = object()


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("Input should be an object")
    return value


def _field(found: dict[str, Any], name: str, kind: type, default: Any = _REQUIRED) -> Any:
    value = found.get(name, default)
    if value is _REQUIRED:
        raise ValueError(f"{name}: Field required")
    if not _is(value, kind):
        raise ValueError(f"{name}: Input should be a valid {kind.__name__}")
    return value


def _optional(found: dict[str, Any], name: str, kind: type) -> Any:
    return None if found.get(name) is None else _field(found, name, kind)


def _items(found: dict[str, Any], name: str, kind: type, default: Any = _REQUIRED) -> tuple[Any, ...]:
    values = tuple(_field(found, name, list)) if name in found or default is _REQUIRED else default
    if not all(_is(value, kind) for value in values):
        raise ValueError(f"{name}: Input should be a list of {kind.__name__}")
    return values


def _is(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, (int, float) if kind is float else kind)
