"""A kind of event, as the folder that records it describes it."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import EventKind


@dataclass(frozen=True, slots=True)
class EventType:
    """What an event means to those who receive it.

    `audience`, `message` and `record` say, for the documentation, who receives it and what it carries next to the
    ticket. After an event with `changes_thread` a client fetches the thread of the event's ticket again: messages came
    or went that the event does not carry. An event that is not `audited` leaves no audit entry: it is a user's own.
    A `personal` one never reaches more than the users that it names.
    """

    name: EventKind
    audience: str
    message: str = "null"
    record: str = "null"
    changes_thread: bool = False
    audited: bool = True
    personal: bool = False
