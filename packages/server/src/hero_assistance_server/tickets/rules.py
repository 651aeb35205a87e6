"""Commands on tickets: each returns the change to write, from the present state and the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hero_assistance_sdk.errors import Conflict, Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Priority, Removed, Status, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.events.change_builder import build_change, build_filing
from hero_assistance_server.events.model import AnyChange, Audience, Change, Reach
from hero_assistance_server.tickets.event_types import TICKET_CREATED, TICKET_HIDDEN, TICKET_SHOWN, TICKET_UPDATED
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.states import Trigger, after
from hero_assistance_server.tickets.ticket_update import Targets, respond_by, with_status
from hero_assistance_server.users.model import User


def create(
    *,
    customer: User,
    ticket_id: TicketId,
    title: str,
    body: str,
    priority: Priority,
    tags: Sequence[str],
    targets: Targets,
    now: datetime,
) -> Change[Ticket, None]:
    """Create a ticket; its creator is its customer, in every role."""
    ticket = Ticket(
        ticket_id=ticket_id,
        title=title,
        body=body,
        status=Status.NEW,
        priority=priority,
        tags=tuple(dict.fromkeys(tags)),
        customer=customer.user_id,
        customer_name=customer.name,
        created_at=now,
        updated_at=now,
        public_updated_at=now,
        first_response_due=respond_by(now, priority, targets),
    )
    return build_filing(TICKET_CREATED, ticket)


def attach(change: Change[Ticket, None], attachments: tuple[Attachment, ...]) -> Change[Ticket, None]:
    """Add the attachments of a new ticket to the change that creates it."""
    if not attachments:
        return change
    return replace(change, ticket=replace(change.ticket, attachments=attachments))


def file_for(change: Change[Ticket, None], agent: User) -> Change[Ticket, None]:
    """Let the agent who files a ticket for its customer take part in it; the audit trail names the customer."""
    ticket = replace(change.ticket, followers=(agent.user_id,))
    return replace(change, ticket=ticket, detail={"customer": ticket.customer})


def follow(*, ticket: Ticket, agent: User, following: bool, now: datetime) -> Change[Ticket, None] | None:
    """Take part in a ticket, or no more; `None` when it is so already."""
    others = tuple(user for user in ticket.followers if user != agent.user_id)
    followers = (*others, agent.user_id) if following else others
    if set(followers) == set(ticket.followers):
        return None
    return build_change(
        TICKET_UPDATED,
        ticket,
        replace(ticket, followers=followers),
        now,
        message=None,
        detail={"followers": ", ".join(followers)},
    )


def check_sees_tickets(user: User) -> None:
    """Raise `Conflict` for a user who is deactivated."""
    if not user.active:
        raise Conflict(
            f"{user.user_id} is deactivated and sees no ticket",
            hint="user.reactivate lets them in again",
            kind=RefusalKind.USER_DEACTIVATED,
            values={"user": user.user_id},
        )


def invite(*, ticket: Ticket, guest: User, now: datetime) -> list[AnyChange]:
    """Add a collaborator, who sees the ticket as its customer does; changes nothing if they see it already."""
    if guest.is_staff:
        raise Conflict(
            f"{guest.user_id} is of the team and sees every ticket",
            hint="ticket.follow takes part",
            kind=RefusalKind.GUEST_OF_TEAM,
            values={"user": guest.user_id},
        )
    if guest.user_id in ticket.people:
        return []
    check_sees_tickets(guest)
    change = _with_collaborators(ticket, (*ticket.collaborators, guest.user_id), now)
    shown: AnyChange = replace(
        change, kind=TICKET_SHOWN, before=change.ticket, audience=_only(guest.user_id), detail={}
    )
    return [change, shown]


def may_uninvite(*, ticket: Ticket, by: User, guest: UserId) -> None:
    """Raise `Forbidden` for a collaborator who would take off others than themselves."""
    if not by.is_staff and by.user_id not in (ticket.customer, guest):
        raise Forbidden(
            "others are taken off by the customer of the ticket",
            hint="write it in a reply",
            kind=RefusalKind.CUSTOMER_ONLY,
        )


def uninvite(*, ticket: Ticket, guest: UserId, now: datetime) -> list[AnyChange]:
    """Remove a collaborator: the ticket disappears from their list."""
    if guest not in ticket.collaborators:
        return []
    rest = tuple(user for user in ticket.collaborators if user != guest)
    gone = Removed(of="ticket", key=str(ticket.ticket_id))
    hidden: AnyChange = Change(TICKET_HIDDEN, None, None, _only(guest), record=gone)
    return [_with_collaborators(ticket, rest, now), hidden]


def wake(*, ticket: Ticket, now: datetime) -> Change[Ticket, None] | None:
    """End a snooze whose time has come; `None` when there is nothing to wake."""
    status = after(ticket.status, Trigger.WOKEN)
    if status is None or ticket.snoozed_until is None or ticket.snoozed_until > now:
        return None
    awake = with_status(ticket, status, now)
    detail = {"status": status.value, "status.before": ticket.status.value}
    return build_change(TICKET_UPDATED, ticket, awake, now, message=None, detail=detail)


def _with_collaborators(ticket: Ticket, collaborators: tuple[UserId, ...], now: datetime) -> AnyChange:
    return build_change(
        TICKET_UPDATED,
        ticket,
        replace(ticket, collaborators=collaborators),
        now,
        message=None,
        detail={"collaborators": ", ".join(collaborators), "collaborators.before": ", ".join(ticket.collaborators)},
    )


def _only(user_id: UserId) -> Audience:
    return Audience(Reach.NAMED, frozenset({user_id}))
