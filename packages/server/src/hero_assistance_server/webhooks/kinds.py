"""The kinds of events that a webhook can ask for."""

from __future__ import annotations

from collections.abc import Iterable

from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.field_faults import FaultKind, FieldFault
from hero_assistance_sdk.wire import EventKind
from hero_assistance_server.features import event_types


def list_kinds() -> list[EventKind]:
    """Return the kinds that reach more than single users, by name."""
    return [event_type.name for event_type in event_types().values() if not event_type.personal]


def check_kinds(kinds: Iterable[str]) -> tuple[EventKind, ...]:
    """Return the kinds in order, each once; raises `InvalidParams` for others, with those that there are."""
    known = {str(kind): kind for kind in list_kinds()}
    asked = dict.fromkeys(kinds)
    faults = [
        FieldFault(
            "kinds", FaultKind.EVENT_KIND, f"{kind!r} is no kind of event that webhooks are sent", {"value": kind}
        )
        for kind in asked
        if kind not in known
    ]
    if faults:
        raise InvalidParams("there are unknown kinds of events", faults=faults, hint=f"there are: {', '.join(known)}")
    return tuple(known[kind] for kind in asked)
