"""The states of an action and the triggers between them, as one table; without processes and clocks.

A missing cell is a trigger that cannot happen in that state; a caller that applies it has a defect.
"""

from __future__ import annotations

from enum import StrEnum

from hero_assistance_sdk.hero_proc.wire import ActionState


class Trigger(StrEnum):
    """An event of an action, or a request of an operator."""

    START = "start"
    STOP = "stop"
    REPLACE = "replace"
    READY = "ready"
    PROBE_FAILED = "probe-failed"
    UNHEALTHY = "unhealthy"
    EXITED = "exited"
    DONE = "done"
    RETRY = "retry"
    GIVE_UP = "give-up"
    GONE = "gone"


_S = ActionState
_T = Trigger

# `backoff`: the supervisor ends what is left of the last process, then waits for the time of the next start.
# `failed` after `stopping`: a process did not end even by SIGKILL.
TRANSITIONS: dict[ActionState, dict[Trigger, ActionState]] = {
    _S.STOPPED: {
        _T.START: _S.STARTING,
        _T.STOP: _S.STOPPED,
    },
    _S.STARTING: {
        _T.START: _S.STARTING,
        _T.STOP: _S.STOPPING,
        _T.READY: _S.HEALTHY,
        _T.UNHEALTHY: _S.BACKOFF,
        _T.EXITED: _S.BACKOFF,
        _T.DONE: _S.STOPPED,
    },
    _S.HEALTHY: {
        _T.START: _S.HEALTHY,
        _T.STOP: _S.STOPPING,
        _T.REPLACE: _S.STARTING,
        _T.PROBE_FAILED: _S.DEGRADED,
        _T.UNHEALTHY: _S.BACKOFF,
        _T.EXITED: _S.BACKOFF,
        _T.DONE: _S.STOPPED,
    },
    _S.DEGRADED: {
        _T.START: _S.DEGRADED,
        _T.STOP: _S.STOPPING,
        _T.REPLACE: _S.STARTING,
        _T.READY: _S.HEALTHY,
        _T.UNHEALTHY: _S.BACKOFF,
        _T.EXITED: _S.BACKOFF,
        _T.DONE: _S.STOPPED,
    },
    _S.BACKOFF: {
        _T.START: _S.BACKOFF,
        _T.STOP: _S.STOPPING,
        _T.RETRY: _S.STARTING,
        _T.GIVE_UP: _S.FAILED,
    },
    _S.FAILED: {
        _T.START: _S.STARTING,
        _T.STOP: _S.STOPPING,
    },
    _S.STOPPING: {
        _T.START: _S.STOPPING,
        _T.STOP: _S.STOPPING,
        _T.GONE: _S.STOPPED,
        _T.GIVE_UP: _S.FAILED,
    },
}

# States in which an action stays until an operator asks for a start or a stop.
AT_REST = frozenset({ActionState.STOPPED, ActionState.FAILED})


class ImpossibleTrigger(Exception):
    """The trigger cannot happen in this state."""


def next_state(state: ActionState, trigger: Trigger) -> ActionState:
    """The state that `trigger` leads to from `state`; raises `ImpossibleTrigger`."""
    following = TRANSITIONS[state].get(trigger)
    if following is None:
        raise ImpossibleTrigger(f"{trigger} cannot happen while {state}")
    return following
