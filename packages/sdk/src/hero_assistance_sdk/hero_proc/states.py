"""The states in a supervisor's answers, and the limits of its calls."""

from __future__ import annotations

from enum import StrEnum

# The context of the secrets that daemons read.
CORE = "core"
# A supervisor answers a waiting call before the client's own time-out (10 s) is near.
LONGEST_WAIT_MS = 5_000
LONGEST_QUERY = 10_000


class ActionState(StrEnum):
    """What an action is doing; only `healthy` means that it answers its probes."""

    STOPPED = "stopped"
    STARTING = "starting"
    HEALTHY = "healthy"
    DEGRADED = "degraded"
    BACKOFF = "backoff"
    FAILED = "failed"
    STOPPING = "stopping"


# A service has the state of its worst action.
WORST_FIRST = (
    ActionState.FAILED,
    ActionState.BACKOFF,
    ActionState.DEGRADED,
    ActionState.STOPPING,
    ActionState.STARTING,
    ActionState.STOPPED,
    ActionState.HEALTHY,
)


class Wanted(StrEnum):
    """What an operator last asked for; it survives restarts of the supervisor and of the machine."""

    UP = "up"
    DOWN = "down"


def worst(states: tuple[ActionState, ...]) -> ActionState:
    """The state of a service whose actions have these states."""
    return min(states, key=WORST_FIRST.index, default=ActionState.STOPPED)
