"""Collects the conditions for which an operator has to look at a daemon, while it goes on serving."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

from hero_assistance_sdk.health import Condition, HealthStatus
from hero_assistance_sdk.logs import get_log

_log = get_log("health")


class Health:
    """The conditions of one daemon; any thread may report and clear them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._conditions: dict[str, Condition] = {}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions that hold now, the first reported first."""
        with self._lock:
            return tuple(self._conditions.values())

    @property
    def status(self) -> HealthStatus:
        """Whether there is any condition."""
        return HealthStatus.DEGRADED if self._conditions else HealthStatus.OK

    def report(self, name: str, message: str, *, hint: str) -> None:
        """Let a condition hold from now on; the same one again changes and logs nothing."""
        condition = Condition(name, message, hint)
        with self._lock:
            if self._conditions.get(name) == condition:
                return
            self._conditions[name] = condition
        _log.error("health.degraded", condition=name, reason=message, hint=hint)

    def clear(self, name: str) -> None:
        """Let a condition hold no longer; nothing happens when it did not."""
        with self._lock:
            known = self._conditions.pop(name, None)
        if known is not None:
            _log.info("health.recovered", condition=name)


def serialize_health(health: Health) -> dict[str, Any]:
    """The part of an answer to `GET /health` that says how a daemon is."""
    found = health.conditions
    status = HealthStatus.DEGRADED if found else HealthStatus.OK
    return {"status": status.value, "conditions": [asdict(condition) for condition in found]}
