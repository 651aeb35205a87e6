"""A case for each read method of tickets, messages and what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hero_assistance_sdk.wire import MessageId, Millis, Rating, Score, Seq, Status, TicketId
from hero_assistance_server.audit.repository import AuditQuery
from hero_assistance_server.collaborators.model import GuestInvitation
from hero_assistance_server.erasure.model import FilePolicy
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages.model import Message
from hero_assistance_server.ratings.model import RatingCount, RatingQuery
from hero_assistance_server.search.filters import parse
from hero_assistance_server.stats.model import Figure, Key, Only, Span
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.ticket_lists import list_index
from hero_assistance_server.ticket_lists.list_query import build_list_query
from hero_assistance_server.tickets.json_row import decode_row
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.repository import START
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.time_zones import DAY_MS
from hero_assistance_server.timestamps import millis
from tests.server.read_cases import BOB, Case, change_nothing, create, reply, sees, set_fields
from tests.server.store_fixtures import CAROL, NOON

RATING = Rating(
    ticket_id=TicketId(1),
    solved_at=Millis(1),
    user_id=BOB.user_id,
    score=Score.GOOD,
    comment="",
    agent=None,
    rated_at=Millis(millis(NOON)),
)
SPAN = Span(Millis(millis(NOON) - DAY_MS), Millis(millis(NOON) + DAY_MS))


INVITATION = GuestInvitation("erin@example.org", TicketId(1), CAROL.user_id, Millis(millis(NOON)))


def snooze(work: UnitOfWork) -> Ticket:
    until = work.now + timedelta(hours=1)
    return set_fields(work, create(work), Patch(status=Status.SNOOZED, snoozed_until=until))


def name_carol(work: UnitOfWork) -> None:
    work.record_audit_entry("user.updated", Caller(BOB), {"user_id": CAROL.user_id})


def sees_find(work: UnitOfWork) -> bool:
    ticket = create(work)
    return work.tickets.find(ticket.ticket_id) == ticket


def sees_title(work: UnitOfWork) -> bool:
    set_fields(work, create(work), Patch(title="t"))
    found = work.audit.iterate_of_ticket(TicketId(1), 2**62, ["ticket.updated"], with_detail="message.replied")
    return [entry.action for entry in found] == ["ticket.updated"]


def sees_list_page(work: UnitOfWork) -> bool:
    ticket = create(work, tags=("vpn",))
    queries = (None, build_list_query(parse("tag:vpn"), BOB))
    pages = [work.tickets.list_page(query, START, 1, seen_by=who) for query in queries for who in (None, CAROL.user_id)]
    return all([decode_row(row) for row in page.rows] == [ticket] for page in pages)


def sees_next_ticket_id(work: UnitOfWork) -> bool:
    return create(work).ticket_id + 1 == work.tickets.next_id()


def sees_count(work: UnitOfWork) -> bool:
    create(work, tags=("a", "b"))
    queries = [build_list_query(parse(text), BOB) for text in ("tag:a", "tag:a tag:b")]
    return [work.tickets.count(query, 5).count for query in queries] == [1, 1]


def sees_creation(read: Callable[[UnitOfWork], object], expected: object) -> Case:
    """Make a case: after the creation of one ticket the method returns what is expected."""

    def case(work: UnitOfWork) -> bool:
        create(work, tags=("vpn",))
        return read(work) == expected

    return case


def sees_wake(work: UnitOfWork) -> bool:
    due = snooze(work).snoozed_until
    return due is not None and work.tickets.next_wake() == due


def sees_due_to_wake(work: UnitOfWork) -> bool:
    ticket = snooze(work)
    return work.tickets.list_due_to_wake(work.now + timedelta(days=1), 5) == [ticket.ticket_id]


def sees_reply(read: Callable[[UnitOfWork, Message], object], expected: Callable[[Message], object]) -> Case:
    """Make a case: after a reply the method returns what is expected."""

    def case(work: UnitOfWork) -> bool:
        message = reply(work, create(work))
        return read(work, message) == expected(message)

    return case


def sees_response_by_agent(work: UnitOfWork) -> bool:
    reply(work, create(work))
    return work.stats.measure_by(Figure.FIRST_RESPONSE, SPAN, Key.AGENT)["bob"].count == 1


def sees_invitation(read: Callable[[UnitOfWork], object], expected: object) -> Case:
    """Make a case: after a new ticket was shared with an address the method returns what is expected."""

    def case(work: UnitOfWork) -> bool:
        create(work)
        work.guest_invitations.save(INVITATION)
        return read(work) == expected

    return case


def sees_rating(read: Callable[[UnitOfWork], object], expected: object) -> Case:
    """Make a case: after a rating of a new ticket the method returns what is expected."""

    def case(work: UnitOfWork) -> bool:
        ticket = create(work, tags=("vpn",))
        work.ratings.save(RATING.model_copy(update={"ticket_id": ticket.ticket_id}))
        return read(work) == expected

    return case


TICKET_CASES: dict[str, Case] = {
    "audit.iterate_of_ticket": sees_title,
    "audit.iterate_newest": sees_creation(
        lambda work: [entry.action for entry in [*work.audit.iterate_newest(AuditQuery(), 2**62)][:5]],
        ["ticket.created"],
    ),
    "erasure.find_entries": sees(
        lambda work: len(work.erasure.find_entries(CAROL, 0, 9).audit_ids), (change_nothing, 0), (name_carol, 1)
    ),
    "erasure.plan_ticket": sees_reply(
        lambda work, message: work.erasure.plan_ticket(message.ticket_id).messages, lambda _message: 1
    ),
    "erasure.plan_user": sees_reply(
        lambda work, _: work.erasure.plan_user(CAROL, FilePolicy.KEEP).tickets, lambda _message: 1
    ),
    "events.find_end": sees_creation(lambda work: work.events.find_end(Seq(0), 5), 1),
    "events.has_all_after": sees_creation(lambda work: work.events.has_all_after(1), True),
    "events.last_seq": sees_creation(lambda work: work.events.last_seq(), 1),
    "events.list_after": sees_creation(
        lambda work: [
            event.seq for who in (BOB, CAROL) for event in work.events.list_after(Seq(0), 5, reader=who).events
        ],
        [1, 1],
    ),
    "events.list_for_team": sees_creation(
        lambda work: [event.seq for event in work.events.list_for_team(Seq(0), 5)], [1]
    ),
    "events.prune": sees_creation(lambda work: work.events.prune(work.now + timedelta(days=1), 0, 5), 1),
    "events.stored_range": sees_creation(lambda work: work.events.stored_range().last, 1),
    "messages.find": sees_reply(lambda work, message: work.messages.find(message.message_id), lambda message: message),
    "messages.iterate_newest": sees_reply(
        lambda work, message: [*work.messages.iterate_newest(message.ticket_id, notes=False)], lambda message: [message]
    ),
    "messages.iterate_newest_of": sees_reply(
        lambda work, message: [[*one] for one in work.messages.iterate_newest_of([message.ticket_id], notes=False)],
        lambda message: [[message]],
    ),
    "messages.find_last_seen": sees_reply(
        lambda work, message: work.messages.find_last_seen(message.ticket_id, MessageId(99), notes=False),
        lambda message: message.message_id,
    ),
    "messages.last_time": sees_reply(
        lambda work, message: work.messages.last_time(message.ticket_id), lambda message: message.created_at
    ),
    "messages.iterate_after": sees_reply(
        lambda work, message: [*work.messages.iterate_after(message.ticket_id, MessageId(0), notes=True)],
        lambda message: [message],
    ),
    "messages.list_entries": sees_reply(
        lambda work, message: [entry.message_id for entry in work.messages.list_entries(message.ticket_id)],
        lambda message: [message.message_id],
    ),
    "messages.next_id": sees_reply(lambda work, _: work.messages.next_id(), lambda message: message.message_id + 1),
    "ratings.count": sees_rating(lambda work: work.ratings.count(SPAN), RatingCount(1, 0)),
    "ratings.count_by": sees_rating(lambda work: work.ratings.count_by(SPAN, Key.TAG), {"vpn": RatingCount(1, 0)}),
    "ratings.find": sees_rating(lambda work: work.ratings.find(TicketId(1), Millis(1)), RATING),
    "ratings.iterate": sees_rating(lambda work: [*work.ratings.iterate(RatingQuery())], [RATING]),
    "ratings.list_of_ticket": sees_rating(lambda work: work.ratings.list_of_ticket(TicketId(1), 5), [RATING]),
    "guest_invitations.find": sees_invitation(
        lambda work: work.guest_invitations.find(TicketId(1), INVITATION.address), INVITATION
    ),
    "guest_invitations.list_of_address": sees_invitation(
        lambda work: work.guest_invitations.list_of_address(INVITATION.address, 5), [INVITATION]
    ),
    "guest_invitations.list_of_ticket": sees_invitation(
        lambda work: work.guest_invitations.list_of_ticket(TicketId(1)), [INVITATION]
    ),
    "search.count_missing": sees_creation(lambda work: work.search.count_missing(), 0),
    "search.index_missing": sees_creation(lambda work: work.search.index_missing(), 0),
    "search.find": sees_creation(
        lambda work: [ticket.ticket_id for ticket in work.search.find(parse("laptop tag:vpn"), BOB, 2**62, 5)], [1]
    ),
    "stats.backlog": sees_creation(lambda work: work.stats.backlog(SPAN.end), 1),
    "stats.list_days": sees_creation(lambda work: sum(day.created for day in work.stats.list_days(SPAN)), 1),
    "stats.list_tickets": sees_creation(
        lambda work: work.stats.list_tickets(Figure.BACKLOG, SPAN, Only(), TicketId(0), 5), [1]
    ),
    "stats.measure": sees_creation(lambda work: work.stats.measure(Figure.CREATED, SPAN).count, 1),
    "stats.measure_by": sees_response_by_agent,
    "tickets.count": sees_count,
    "tickets.count_in_scopes": sees_creation(
        lambda work: work.tickets.count_in_scopes([(list_index.ALL, frozenset(Status))]), [1]
    ),
    "tickets.find": sees_find,
    "tickets.list_due_to_wake": sees_due_to_wake,
    "tickets.list_page": sees_list_page,
    "tickets.next_id": sees_next_ticket_id,
    "tickets.next_wake": sees_wake,
}
