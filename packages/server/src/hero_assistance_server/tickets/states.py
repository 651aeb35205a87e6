"""The transitions of a ticket's status: one table for triggers, one for what users set."""

from __future__ import annotations

from enum import Enum, auto

from hero_assistance_sdk.wire import Status


class Trigger(Enum):
    """What moves a status by itself."""

    CUSTOMER_REPLIED = auto()
    AGENT_REPLIED = auto()
    NOTED = auto()
    # The time of a snooze has come.
    WOKEN = auto()


_BY_CUSTOMER = Trigger.CUSTOMER_REPLIED
_BY_AGENT = Trigger.AGENT_REPLIED

# A pair that is not here is refused.
TRANSITIONS: dict[tuple[Status, Trigger], Status] = {
    (Status.NEW, _BY_CUSTOMER): Status.OPEN,
    (Status.OPEN, _BY_CUSTOMER): Status.OPEN,
    (Status.WAITING, _BY_CUSTOMER): Status.OPEN,
    (Status.SNOOZED, _BY_CUSTOMER): Status.OPEN,
    (Status.SOLVED, _BY_CUSTOMER): Status.OPEN,
    (Status.NEW, _BY_AGENT): Status.WAITING,
    (Status.OPEN, _BY_AGENT): Status.WAITING,
    (Status.WAITING, _BY_AGENT): Status.WAITING,
    (Status.SNOOZED, _BY_AGENT): Status.WAITING,
    (Status.SOLVED, _BY_AGENT): Status.WAITING,
    **{(status, Trigger.NOTED): status for status in Status},
    (Status.SNOOZED, Trigger.WOKEN): Status.OPEN,
}

_ANY_BUT_NEW = frozenset(Status) - {Status.NEW}

# What an agent, and what somebody outside the team, may set from where. Nothing becomes new again.
SETTABLE_BY_STAFF: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset(Status),
    Status.OPEN: _ANY_BUT_NEW,
    Status.WAITING: _ANY_BUT_NEW,
    Status.SNOOZED: _ANY_BUT_NEW,
    Status.SOLVED: _ANY_BUT_NEW,
    Status.CLOSED: frozenset({Status.OPEN, Status.CLOSED}),
}
SETTABLE_BY_CUSTOMER: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.NEW, Status.SOLVED}),
    Status.OPEN: frozenset({Status.OPEN, Status.SOLVED}),
    Status.WAITING: frozenset({Status.OPEN, Status.WAITING, Status.SOLVED}),
    # Shown as open there.
    Status.SNOOZED: frozenset({Status.OPEN, Status.SOLVED}),
    Status.SOLVED: frozenset({Status.OPEN, Status.SOLVED}),
    Status.CLOSED: frozenset({Status.CLOSED}),
}

DONE = frozenset({Status.SOLVED, Status.CLOSED})
# The customer waits for an answer, even if the team has put it off.
UNANSWERED = frozenset({Status.NEW, Status.OPEN, Status.SNOOZED})


def after(status: Status, trigger: Trigger) -> Status | None:
    """The status that follows, or `None` when the ticket does not take this any more."""
    return TRANSITIONS.get((status, trigger))


def may_set(status: Status, wanted: Status, *, staff: bool) -> bool:
    """Whether a user may set `wanted` on a ticket that has `status`."""
    return wanted in (SETTABLE_BY_STAFF if staff else SETTABLE_BY_CUSTOMER)[status]
