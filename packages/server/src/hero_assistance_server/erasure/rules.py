"""Who can be erased, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Removed, Role, TicketId, UserId
from hero_assistance_server import serializers
from hero_assistance_server.erasure.event_types import TICKET_DELETED, USER_ERASED
from hero_assistance_server.erasure.model import FilePolicy, TicketErasure, UserErasure
from hero_assistance_server.events.model import TEAM, AnyChange, Audience, Change, Reach
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User

# What is shown in the place of a name.
ERASED_NAME = "Erased user"


def check_deletable(ticket: Ticket, goes_on_as: Ticket) -> None:
    """Raise `Conflict` for a ticket that was merged: its words are in the thread of the other one."""
    if ticket.merged_into is not None:
        target = goes_on_as.ticket_id
        raise Conflict(
            f"ticket {ticket.ticket_id} was merged into ticket {target}, where its messages are",
            hint=f"delete ticket {target}, with which it goes; ticket.split takes messages out of it first",
            kind=RefusalKind.MERGED_AWAY,
            values={"ticket": ticket.ticket_id, "into": target},
        )


def delete_ticket(ticket: Ticket, plan: TicketErasure) -> AnyChange:
    """Return the change that takes a ticket off every screen; the trail keeps no word of it."""
    detail = {"ticket_id": str(ticket.ticket_id), "messages": str(plan.messages), "files": str(plan.files)}
    gone = Removed(of="ticket", key=str(ticket.ticket_id))
    return Change(TICKET_DELETED, None, None, Audience(Reach.STAFF, ticket.people), record=gone, detail=detail)


def check_erasable(user: User, *, by: User | None, other_admins: int, open_tickets: Sequence[TicketId]) -> None:
    """Raise `Conflict` for oneself, for the last admin, and for an agent who has open tickets."""
    if by is not None and by.user_id == user.user_id:
        raise Conflict(
            "nobody erases themselves",
            hint="ask another admin, or the operator of the machine",
            kind=RefusalKind.ERASE_ONESELF,
        )
    if user.role is Role.ADMIN and user.active and not other_admins:
        raise Conflict(
            f"{user.user_id} is the last admin",
            hint="make somebody else an admin first",
            kind=RefusalKind.LAST_ADMIN,
            values={"user": user.user_id},
        )
    if open_tickets:
        raise Conflict(
            f"{user.user_id} has open tickets",
            hint="user.deactivate with unassign: true hands them back to the team",
            kind=RefusalKind.HAS_OPEN_TICKETS,
            values={"user": user.user_id},
        )


def make_heir(user: User, user_id: UserId) -> User:
    """Return the nameless user who takes the place of another one."""
    return User(user_id, ERASED_NAME, user.role, None, active=False)


def erase_user(heir: User, plan: UserErasure, uploads: FilePolicy) -> AnyChange:
    """Return the change that tells of an erasure, without the name that it took."""
    detail = {"user_id": heir.user_id, "messages": str(plan.messages), "files": uploads.value}
    return Change(USER_ERASED, None, None, TEAM, record=serializers.user(heir, staff=True), detail=detail)
