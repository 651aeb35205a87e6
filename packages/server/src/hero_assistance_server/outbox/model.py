"""A delivery: one thing that goes out over one channel, such as a letter or a webhook call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hero_assistance_sdk.wire import TicketId


class DeliveryState(StrEnum):
    """Where a delivery is: `dead` was given up and can be retried, `dropped` is what an operator wants no more."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What to send; a second delivery with the same `key` is not added.

    `payload` is JSON that the channel reads, and `summary` the line by which a list shows it. The payload is forgotten
    once it is sent or dropped, because it may hold secrets such as a link to sign in; with `keeps_payload` it stays.
    What tells of a ticket has its `ticket_id`, and is deleted with it.
    """

    channel: str
    key: str
    target: str
    payload: str
    due_at: datetime
    summary: str = ""
    keeps_payload: bool = False
    ticket_id: TicketId | None = None


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """A delivery as it is stored; `attempts` counts those that have begun, and were about this delivery.

    `in_flight` says that an attempt has begun and has no outcome yet. `note` is what the channel said last: an error,
    or how it was sent. `finished_at` is when it was sent, dropped or given up.
    """

    delivery_id: int
    channel: str
    key: str
    target: str
    payload: str
    summary: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None
    in_flight: bool
    note: str

    @property
    def is_urgent(self) -> bool:
        """Whether somebody waits for this attempt: such a delivery is due before it was made."""
        return self.due_at < self.created_at


@dataclass(frozen=True, slots=True)
class Sent:
    """It arrived; `note` says how, such as what the other side answered."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class RetryLater:
    """It did not arrive, or it is not known whether it did, and another attempt may help.

    The next attempt is not before `at_least` has passed: the other side asked for that.
    """

    error: str
    at_least: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing was sent, for a reason that is none of this delivery: no attempt is counted, and it waits so long.

    One that is urgent stays before all others with `keeps_place`: behind what else is urgent, without `wait`.
    """

    error: str
    wait: timedelta
    keeps_place: bool = False


@dataclass(frozen=True, slots=True)
class ChannelDown:
    """The channel can send nothing now: no attempt is counted, and the channel pauses; `hint` says what helps.

    `knew_delivery` says that the other side knew which delivery it was when it failed, so that the delivery itself may
    be the reason.
    """

    error: str
    hint: str = ""
    knew_delivery: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not arrive, and another attempt would not help; with `was_sent` false no attempt is counted.

    With `is_wanted` false it is dropped: no operator has to decide what becomes of it.
    """

    error: str
    was_sent: bool = True
    is_wanted: bool = True


Outcome = Sent | RetryLater | Held | ChannelDown | Refused


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """How many deliveries of a channel are in one state, and when the oldest of them was added."""

    channel: str
    state: DeliveryState
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class PrunedCount:
    """How many deliveries of a channel and a state were deleted because they were old or too many, and when last."""

    channel: str
    state: DeliveryState
    count: int
    last_at: datetime
