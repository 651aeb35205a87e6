"""How a ticket's status moves: one table."""

from __future__ import annotations

from enum import Enum, auto

from hero_assistance_sdk.wire import Status


class Trigger(Enum):
    """What can move a status."""

    CUSTOMER_REPLIED = auto()
    AGENT_REPLIED = auto()
    NOTED = auto()


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
}


def after(status: Status, trigger: Trigger) -> Status | None:
    """The status that follows, or `None` when the ticket does not take this any more."""
    return TRANSITIONS.get((status, trigger))
