"""Who is notified of what, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta, tzinfo

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.notifications.model import NoteworthyEntry, NotificationSettings, Reason, Receiver
from hero_assistance_server.tickets.model import Ticket

# What happens on a ticket within this time is told in one letter.
BATCH_FOR = timedelta(minutes=1)

REPLIED, NOTED, EDITED = "message.replied", "message.noted", "message.edited"
CREATED, UPDATED = "ticket.created", "ticket.updated"
# The kinds of events after which there may be something to tell.
NOTEWORTHY = frozenset({REPLIED, NOTED, EDITED, CREATED, UPDATED})

# The setting that turns the letters of a reason off.
_SWITCHES: Mapping[Reason, str] = {
    Reason.REPLIED: "replies",
    Reason.FILED: "replies",
    Reason.ANSWERED: "answers",
    Reason.ASSIGNED: "assignments",
    Reason.MENTIONED: "mentions",
    Reason.NEW_TICKET: "new_tickets",
}


def choose_receivers(
    entry: NoteworthyEntry, ticket: Ticket, subscribers: Mapping[UserId, NotificationSettings]
) -> list[Receiver]:
    """Return whom an entry concerns, each once; never who did it.

    `subscribers` are the users who want to know of new tickets, with what they set.
    """
    found = _of_new_ticket(ticket, subscribers) if entry.action == CREATED else _CHOICES[entry.action](entry, ticket)
    first: dict[UserId, Receiver] = {}
    for receiver in found:
        if receiver.user_id != entry.actor:
            first.setdefault(receiver.user_id, receiver)
    return list(first.values())


def wants(settings: NotificationSettings, reason: Reason) -> bool:
    """Whether a user wants letters for a reason."""
    return bool(getattr(settings, _SWITCHES[reason]))


def due_at(now: datetime, settings: NotificationSettings, zone: tzinfo) -> datetime:
    """Return when a letter may go out: after the time in which others join it, and not within quiet hours."""
    due = now + BATCH_FOR
    if settings.quiet_from is None or settings.quiet_until is None:
        return due
    begin, end = parse_time(settings.quiet_from), parse_time(settings.quiet_until)
    local = due.astimezone(zone)
    if not _is_within(local.time(), begin, end):
        return due
    day = local.date() if local.time() < end else local.date() + timedelta(days=1)
    return max(due, datetime.combine(day, end, zone).astimezone(due.tzinfo))


def parse_time(text: str) -> time:
    """Return a time of day such as `22:00`; raises `ValueError`."""
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))


def _is_within(at: time, begin: time, end: time) -> bool:
    if begin <= end:
        return begin <= at < end
    return at >= begin or at < end


def _of_reply(entry: NoteworthyEntry, ticket: Ticket) -> list[Receiver]:
    """A reply is for all who see the ticket outside the team; one of theirs is for the agents who take part, too."""
    outside = [Receiver(user_id, Reason.REPLIED) for user_id in sorted(ticket.people)]
    if entry.actor not in ticket.people:
        return outside
    return [*outside, *(Receiver(user_id, Reason.ANSWERED) for user_id in sorted(ticket.participants))]


def _of_mentions(entry: NoteworthyEntry, _ticket: Ticket) -> list[Receiver]:
    named = (name.strip() for name in entry.detail.get("mentioned", "").split(","))
    return [Receiver(UserId(name), Reason.MENTIONED) for name in named if name]


def _of_assignment(entry: NoteworthyEntry, _ticket: Ticket) -> list[Receiver]:
    assignee = entry.detail.get("assignee")
    if not assignee or assignee == entry.detail.get("assignee.before"):
        return []
    return [Receiver(UserId(assignee), Reason.ASSIGNED)]


def _of_new_ticket(ticket: Ticket, subscribers: Mapping[UserId, NotificationSettings]) -> list[Receiver]:
    """A ticket that an agent filed for a customer is news for that customer, too."""
    matching = [
        Receiver(user_id, Reason.NEW_TICKET)
        for user_id, settings in sorted(subscribers.items())
        if not settings.new_ticket_tags or set(settings.new_ticket_tags) & set(ticket.tags)
    ]
    return [Receiver(ticket.customer, Reason.FILED), *matching]


_CHOICES: Mapping[str, Callable[[NoteworthyEntry, Ticket], list[Receiver]]] = {
    REPLIED: _of_reply,
    NOTED: _of_mentions,
    EDITED: _of_mentions,
    UPDATED: _of_assignment,
}
