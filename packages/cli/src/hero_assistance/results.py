"""The results of a start, a stop or a restart, and their errors, which name the action to blame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hero_assistance.status import Status
from hero_assistance_sdk.errors import HeroError


class Progress(Protocol):
    """Receives each step of long work."""

    def step(self, text: str) -> None:
        """Show or print what happens now."""


class StartFailed(HeroError):
    """An action did not become healthy; `log_lines` are the last of its log."""

    reason = "start-failed"

    def __init__(self, action: str, why: str, log_lines: Sequence[str], *, hint: str) -> None:
        super().__init__(f"{action} is not healthy: {why}", hint=hint)
        self.action = action
        self.log_lines = tuple(log_lines)


class RestartFailed(HeroError):
    """A new process did not become healthy; the old one goes on."""

    reason = "restart-failed"


class StopFailed(HeroError):
    """Something that was started does not end."""

    reason = "stop-failed"


class NotRunning(HeroError):
    """There is nothing to restart."""

    reason = "not-running"


@dataclass(frozen=True, slots=True)
class StartResult:
    """`changed` is false when everything was healthy already, with these very settings."""

    changed: bool
    status: Status


@dataclass(frozen=True, slots=True)
class StopResult:
    """`changed` is false when nothing was running."""

    changed: bool
