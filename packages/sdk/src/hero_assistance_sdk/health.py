"""The health of a daemon as a client reads it: `ok`, or `degraded` with the conditions that make it so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class HealthStatus(StrEnum):
    """The word for all conditions together: `degraded` while there is one."""

    OK = "ok"
    DEGRADED = "degraded"


@dataclass(frozen=True, slots=True)
class Condition:
    """Why a daemon is degraded: a kebab-case name, one sentence, and what to do about it.

    Every caller may read them, strangers on the overlay too: they name no path, address or secret; the log may.
    """

    name: str
    message: str
    hint: str

    @property
    def line(self) -> str:
        """The sentence and what to do, for places that hold one line."""
        return f"{self.message}; {self.hint}"


def parse_conditions(answer: Any) -> tuple[Condition, ...]:
    """The conditions in an answer to `GET /health` or `system.health`; none in one of another shape."""
    found = answer.get("conditions") if isinstance(answer, dict) else None
    return tuple(map(_parse_condition, found)) if isinstance(found, list) else ()


def _parse_condition(found: Any) -> Condition:
    fields = found if isinstance(found, dict) else {}
    return Condition(*(str(fields.get(name, "")) for name in ("name", "message", "hint")))
