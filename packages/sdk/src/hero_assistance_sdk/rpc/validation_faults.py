"""What pydantic finds wrong with the params of a method, as faults of the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from hero_assistance_sdk.rpc.field_faults import FaultKind, FieldFault, ValueFault

# An error quotes the caller's input only up to this length.
ECHO_LIMIT = 80
# As many faults as fit on a screen; a list of 10,000 wrong items is one mistake, not 10,000.
FAULT_LIMIT = 20
# The kinds of pydantic's own checks, and what of their context is the limit.
_CHECKS: Mapping[str, tuple[FaultKind, str]] = {
    "missing": (FaultKind.MISSING, ""),
    "extra_forbidden": (FaultKind.UNKNOWN, ""),
    "int_type": (FaultKind.NOT_INTEGER, ""),
    "int_from_float": (FaultKind.NOT_INTEGER, ""),
    "int_parsing": (FaultKind.NOT_INTEGER, ""),
    "float_type": (FaultKind.NOT_NUMBER, ""),
    "float_parsing": (FaultKind.NOT_NUMBER, ""),
    "literal_error": (FaultKind.NOT_ONE_OF, ""),
    "enum": (FaultKind.NOT_ONE_OF, ""),
    "greater_than_equal": (FaultKind.TOO_SMALL, "ge"),
    "less_than_equal": (FaultKind.TOO_LARGE, "le"),
    "string_too_short": (FaultKind.TOO_SHORT, "min_length"),
    "string_too_long": (FaultKind.TOO_LONG, "max_length"),
    "too_short": (FaultKind.TOO_FEW, "min_length"),
    "too_long": (FaultKind.TOO_MANY, "max_length"),
}
_KINDS = frozenset(kind.value for kind in FaultKind)


def list_field_faults(error: ValidationError) -> list[FieldFault]:
    """Return what is wrong with the params of a model, up to a limit."""
    return [_field_fault(fault) for fault in error.errors(include_url=False, include_input=False)[:FAULT_LIMIT]]


def words_of(fault: Mapping[str, Any]) -> str:
    """Return the sentence of one of pydantic's faults."""
    raised = fault.get("ctx", {}).get("error")
    return raised.words if isinstance(raised, ValueFault) else str(fault["msg"])


def shorten(text: str) -> str:
    """The beginning of a text that a caller sent, short enough for a message."""
    return text if len(text) <= ECHO_LIMIT else f"{text[:ECHO_LIMIT]}..."


def _field_fault(fault: Mapping[str, Any]) -> FieldFault:
    context = fault.get("ctx", {})
    param, words = _place(fault["loc"]), words_of(fault)
    if isinstance(raised := context.get("error"), ValueFault):
        return raised.of(param)
    if fault["type"] in _CHECKS:
        kind, limit = _CHECKS[fault["type"]]
        return FieldFault(param, kind, words, {"limit": context[limit]} if limit else {})
    if fault["type"] in _KINDS:
        return FieldFault(param, FaultKind(fault["type"]), words, context)
    # What pydantic adds to its other faults is for Python: an exception, which is no JSON, or what the caller sent.
    return FieldFault(param, FaultKind.INVALID, words)


def _place(location: tuple[int | str, ...]) -> str:
    return shorten(".".join(str(part) for part in location) or "params")
