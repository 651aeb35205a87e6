"""How long an action waits before it is started again, and when it is given up; the clock is passed in."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from hero_assistance_sdk.hero_proc.specs import RetryPolicy


@dataclass(slots=True)
class BackOff:
    """Counts the failures of one action; `chance` returns a number from 0 up to 1 for the jitter."""

    policy: RetryPolicy
    chance: Callable[[], float] = random.random  # noqa: S311
    attempt: int = 0
    _healthy_since: float | None = None

    def note_healthy(self, now_s: float) -> None:
        """Begin a period of stability, unless one has begun: the action answers."""
        if self._healthy_since is None:
            self._healthy_since = now_s

    def count_failure(self, now_s: float) -> float | None:
        """Count a failure; return the seconds until the next start, or `None` when the attempts are used up."""
        if self._was_stable(now_s):
            self.attempt = 0
        self._healthy_since = None
        self.attempt += 1
        limit = self.policy.max_attempts
        if limit is not None and self.attempt > limit:
            return None
        return self._add_jitter(calculate_delay_s(self.policy, self.attempt))

    def reset(self) -> None:
        """Start counting from zero, because an operator asked for a start."""
        self.attempt = 0
        self._healthy_since = None

    def _was_stable(self, now_s: float) -> bool:
        since = self._healthy_since
        return since is not None and now_s - since >= self.policy.stability_period_ms / 1000

    def _add_jitter(self, seconds: float) -> float:
        spread = self.policy.jitter * (2 * self.chance() - 1)
        # What is promised as the longest delay is the longest one, jitter included.
        return min(seconds * (1 + spread), self.policy.max_delay_ms / 1000)


def calculate_delay_s(policy: RetryPolicy, attempt: int) -> float:
    """The delay before restart number `attempt` (from 1), without jitter."""
    cap = policy.max_delay_ms
    delay = float(policy.delay_ms)
    for _ in range(attempt - 1):
        # Multiplying on after the cap would overflow where attempts are not limited.
        if delay >= cap:
            break
        delay *= policy.factor
    return min(delay, cap) / 1000
