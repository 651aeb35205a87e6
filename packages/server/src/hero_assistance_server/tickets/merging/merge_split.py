"""Merging and splitting: every message stays, on one ticket or the other, and both say where it went."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hero_assistance_sdk.errors import Conflict, NotFound, TicketMerged
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import MessageId, MessageKind, Status, TicketId, UserId
from hero_assistance_server.events.change_builder import build_change, build_filing
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.messages.model import Message
from hero_assistance_server.texts import excerpt
from hero_assistance_server.tickets.event_types import TICKET_MERGED, TICKET_SPLIT
from hero_assistance_server.tickets.model import NO_MESSAGE, LastMessage, Ticket
from hero_assistance_server.tickets.states import UNANSWERED, Trigger, after
from hero_assistance_server.tickets.ticket_update import with_status

# The smallest difference of times in the store.
_ONE_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """What merging and splitting know of a message."""

    message_id: MessageId
    kind: MessageKind
    created_at: datetime
    author: UserId
    # The first characters of its text, enough for an excerpt.
    beginning: str
    # Whether it was written on the ticket on which it is.
    own: bool = True

    @staticmethod
    def of(message: Message) -> Entry:
        """Return the entry of a message that was written on its ticket."""
        return Entry(message.message_id, message.kind, message.created_at, message.author, message.body)


def merge(
    *,
    source: Ticket,
    target: Ticket,
    entries: Sequence[Entry],
    last_of_target: Sequence[Entry],
    message_id: MessageId,
    now: datetime,
    reopen: bool = False,
) -> list[AnyChange]:
    """Move what was said on `source`, its own text as well, to `target`, and close it; raises `Conflict`.

    All keeps its time and its place among the messages of both. The same people must see both: merging shows no user
    what they could not read before. `reopen` opens a target that is closed. One that is not opens when the source was
    unanswered. `last_of_target` are its last reply and its last message.
    """
    _check_mergeable(source, target)
    text = _opening(source, entries, message_id, target.ticket_id)
    status = _status_after_merge(source, target, reopen=reopen)
    opened = target if status is target.status else with_status(target, status, now)
    joined = replace(
        _with_entries(opened, [*last_of_target, *entries, Entry.of(text)]),
        reply_count=target.reply_count + source.reply_count + 1,
        note_count=target.note_count + source.note_count,
        followers=tuple(dict.fromkeys((*target.followers, *sorted(source.participants - target.participants)))),
    )
    closed = replace(
        with_status(_with_entries(source, []), Status.CLOSED, now),
        merged_into=target.ticket_id,
    )
    moved = tuple(entry.message_id for entry in entries)
    trail = _trail(source.ticket_id, target.ticket_id, moved)
    new_status = {"status": status.value, "status.before": target.status.value} if opened is not target else {}
    merged = TICKET_MERGED
    come = build_change(merged, target, joined, now, message=text, public=True, moved=moved, detail=trail | new_status)
    return [
        replace(come, opening_of=source.ticket_id),
        build_change(merged, source, closed, now, message=None, public=True, detail=trail),
    ]


def split(
    *,
    source: Ticket,
    entries: Sequence[Entry],
    chosen: Collection[MessageId],
    ticket_id: TicketId,
    title: str,
    now: datetime,
) -> list[AnyChange]:
    """Make a ticket of its own, for the same people, of some of a ticket's messages; raises `NotFound`."""
    absent = set(chosen) - {entry.message_id for entry in entries}
    if absent:
        raise NotFound(
            f"ticket {source.ticket_id} has no message {min(absent)}",
            kind=RefusalKind.NO_MESSAGE,
            values={"message": min(absent)},
        )
    taken = [entry for entry in entries if entry.message_id in chosen]
    left = [entry for entry in entries if entry.message_id not in chosen]
    part = Ticket(
        ticket_id=ticket_id,
        title=title,
        body="",
        status=Status.OPEN,
        priority=source.priority,
        tags=source.tags,
        customer=source.customer,
        customer_name=source.customer_name,
        created_at=now,
        updated_at=now,
        public_updated_at=now,
        collaborators=source.collaborators,
        assignee=source.assignee,
        assignee_name=source.assignee_name,
        followers=source.followers,
        first_response_at=source.first_response_at,
        split_from=source.ticket_id,
    )
    moved = tuple(entry.message_id for entry in taken)
    trail = _trail(source.ticket_id, ticket_id, moved)
    made = replace(build_filing(TICKET_SPLIT, _with_entries(part, taken), moved=moved), detail=trail)
    rest = build_change(TICKET_SPLIT, source, _with_entries(source, left), now, message=None, public=True, detail=trail)
    return [made, rest]


def _check_mergeable(source: Ticket, target: Ticket) -> None:
    """Raise `Conflict` for a ticket and itself, for one that is merged already, and where other people see them."""
    if source.ticket_id == target.ticket_id:
        raise Conflict("a ticket cannot be merged into itself", kind=RefusalKind.MERGE_INTO_ITSELF)
    for ticket in (source, target):
        if ticket.merged_into is not None:
            raise TicketMerged(ticket.ticket_id, ticket.merged_into)
    if source.people != target.people:
        raise Conflict(
            "other people see the one ticket than the other",
            hint="make them collaborators of both first (ticket.invite)",
            kind=RefusalKind.MERGE_OTHER_PEOPLE,
        )


def _status_after_merge(source: Ticket, target: Ticket, *, reopen: bool) -> Status:
    """Return the status of the target: an unanswered source opens it as a customer's reply does."""
    status = after(target.status, Trigger.CUSTOMER_REPLIED)
    if status is None:
        if not reopen:
            raise Conflict(
                f"ticket {target.ticket_id} is {target.status.value}",
                hint="merge with reopen: true, or into a ticket that is not closed",
                kind=RefusalKind.MERGE_INTO_DONE,
                values={"ticket": target.ticket_id},
            )
        return Status.OPEN
    return status if source.status in UNANSWERED else target.status


def _trail(source: TicketId, target: TicketId, moved: Sequence[MessageId]) -> dict[str, str]:
    return {"from": str(source), "into": str(target), "messages": ", ".join(map(str, moved))}


def _opening(source: Ticket, entries: Sequence[Entry], message_id: MessageId, ticket_id: TicketId) -> Message:
    """Return the text of a ticket as a message of the time at which it was filed, before the messages written there."""
    filed_at = source.created_at
    first = min((entry.created_at for entry in entries if entry.own), default=None)
    if first is not None and first <= filed_at:
        filed_at = first - _ONE_MS
    return Message(
        message_id,
        ticket_id,
        MessageKind.REPLY,
        source.customer,
        source.customer_name,
        f"**{source.title}**\n\n{source.body}".rstrip(),
        filed_at,
        attachments=source.attachments,
    )


def _with_entries(ticket: Ticket, entries: Sequence[Entry]) -> Ticket:
    """Return the ticket with the counts and the ends of a thread of these messages, in any order."""
    replies = [entry for entry in entries if entry.kind is MessageKind.REPLY]
    last_reply, last = _last(replies), _last(entries)
    return replace(
        ticket,
        reply_count=len(replies),
        note_count=len(entries) - len(replies),
        last_reply_id=last_reply.message_id if last_reply else NO_MESSAGE,
        last_message_id=last.message_id if last else NO_MESSAGE,
        last_reply=_words_of(last_reply),
        last_note=None if last is last_reply else _words_of(last),
    )


def _last(entries: Sequence[Entry]) -> Entry | None:
    return max(entries, key=lambda entry: (entry.created_at, entry.message_id), default=None)


def _words_of(entry: Entry | None) -> LastMessage | None:
    return None if entry is None else LastMessage(entry.author, entry.kind, excerpt(entry.beginning))
