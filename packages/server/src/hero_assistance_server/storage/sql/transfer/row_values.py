"""Checks the values of a row that is imported: what this release could not read is refused with its reason.

The columns' own checks hold the closed sets that are columns; here are those within JSON, and what a column of text or
numbers may say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.validation_faults import words_of
from hero_assistance_sdk.wire import Macro, Status, TagColour
from hero_assistance_server.notifications.model import NotificationSettings
from hero_assistance_server.project.rpc import UpdateProject
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.rpc.params import TIME_LIMIT
from hero_assistance_server.search.filters import parse
from hero_assistance_server.time_zones import zone_of
from hero_assistance_server.users.admin_rpc import Language

_SETTINGS = frozenset(field.name for field in fields(ProjectSettings))
_NOTIFICATIONS = frozenset(field.name for field in fields(NotificationSettings))
_TEXTS = TypeAdapter(list[str])
_FILES = TypeAdapter(list[tuple[int, str, int, str, int | None, int | None]])
# Columns of JSON, by table and name; `macros.actions` and the settings are checked with the rest of their rows.
_JSON: Mapping[tuple[str, str], TypeAdapter[Any]] = {
    ("audit", "detail"): TypeAdapter(dict[str, str]),
    ("drafts", "attachments"): TypeAdapter(list[int]),
    ("incoming_mails", "recipients"): _TEXTS,
    ("messages", "attachments"): _FILES,
    ("status_changes", "from_status"): TypeAdapter(Status | None),
    ("status_changes", "to_status"): TypeAdapter(Status),
    ("tickets", "attachments"): _FILES,
    ("tickets", "collaborators"): _TEXTS,
    ("tickets", "followers"): _TEXTS,
    ("tickets", "tags"): _TEXTS,
    ("users", "language"): TypeAdapter(Language),
}
_COLOURS = TypeAdapter(dict[str, TagColour])
_QUIET = TypeAdapter(NotificationSettings)
_TIMES = ("_at", "_until", "_due")


def check_values(table: str, values: Mapping[str, Any]) -> None:
    """Raise `ValueError`, which says what is wrong, for a row that this release could not read."""
    try:
        for name, value in values.items():
            _check_time(name, value)
            if (adapter := _JSON.get((table, name))) is not None:
                adapter.validate_json(_as_json(value))
        if (check := _CHECKS.get(table)) is not None:
            check(values)
    except (ValueError, InvalidParams) as error:
        raise ValueError(f"a line of {table}.jsonl cannot be read: {_reason_of(error, values)}") from error


def _check_time(name: str, value: Any) -> None:
    is_time = name == "at" or name.endswith(_TIMES)
    if is_time and isinstance(value, int) and not 0 <= value <= TIME_LIMIT:
        raise ValueError(f"{name} {value} is no time, in milliseconds since 1970")


def _check_setting(values: Mapping[str, Any]) -> None:
    name, value = values.get("name"), values.get("value")
    if name not in _SETTINGS:
        return
    if name == "tag_colours":
        _COLOURS.validate_json(_as_json(value))
    elif value is None:
        raise ValueError(f"the setting {name} has no value")
    else:
        UpdateProject.model_validate_json(_as_json({name: value}))


def _check_macro(values: Mapping[str, Any]) -> None:
    own = {name: values.get(name) for name in ("macro_id", "name", "owner", "updated_at")}
    Macro.model_validate_json(_as_json(_object(values.get("actions")) | own))


def _check_notifications(values: Mapping[str, Any]) -> None:
    chosen = {name: value for name, value in _object(values.get("settings")).items() if name in _NOTIFICATIONS}
    _QUIET.validate_json(_as_json(chosen))
    _check_zone(chosen)


def _check_view(values: Mapping[str, Any]) -> None:
    parse(str(values.get("filter", "")))


def _check_zone(values: Mapping[str, Any]) -> None:
    if (name := values.get("time_zone")) is not None:
        zone_of(str(name))


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "macros": _check_macro,
    "notification_settings": _check_notifications,
    "saved_views": _check_view,
    "settings": _check_setting,
    "users": _check_zone,
}


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("it has no object where there has to be one")
    return value


def _as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _reason_of(error: ValueError | InvalidParams, values: Mapping[str, Any]) -> str:
    """Return what is wrong; of a model, where the first fault is, the value there, and what it may be."""
    if isinstance(error, InvalidParams):
        return "; ".join([error.message, *error.faults])
    if not isinstance(error, ValidationError):
        return str(error)
    fault = error.errors(include_url=False)[0]
    place = ".".join(str(step) for step in fault["loc"]) or str(values.get("name", ""))
    return f"{place} {str(fault['input'])[:80]!r}: {words_of(fault)}"
