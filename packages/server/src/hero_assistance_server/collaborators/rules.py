"""Who may invite somebody to a ticket by an address, and who may take them off it."""

from __future__ import annotations

from datetime import datetime

from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, TicketMerged
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.collaborators.model import GuestInvitation
from hero_assistance_server.identity.sign_in.rules import INVITATION_LIFE
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User

# Each of them gets what is written there by mail.
GUESTS_LIMIT = 30
# As long as the link that signs in who is new here.
GUEST_INVITATION_LIFE = INVITATION_LIFE
_ASK = "write it in a reply: the team can do it"


def shares(*, ticket: Ticket, by: User) -> bool:
    """Return whether a user decides with whom a ticket is shared: the team and its customer do, and no guest."""
    return by.is_staff or by.user_id == ticket.customer


def may_invite(*, ticket: Ticket, by: User) -> None:
    """Raise `Forbidden` for who was invited themselves."""
    if not shares(ticket=ticket, by=by):
        raise Forbidden("others are invited by the customer of the ticket", hint=_ASK, kind=RefusalKind.CUSTOMER_ONLY)


def may_withdraw(*, ticket: Ticket, by: User) -> None:
    """Raise `Forbidden` for a guest who takes back the invitation of another address."""
    if not shares(ticket=ticket, by=by):
        raise Forbidden(
            "an invitation is taken back by the customer of the ticket", hint=_ASK, kind=RefusalKind.CUSTOMER_ONLY
        )


def check_shareable(*, ticket: Ticket, waiting: int) -> None:
    """Raise `Conflict` for a customer who would share a ticket that goes on elsewhere, or with too many."""
    if ticket.merged_into is not None:
        raise TicketMerged(ticket.ticket_id, ticket.merged_into)
    if len(ticket.collaborators) + waiting >= GUESTS_LIMIT:
        raise Conflict(
            f"a ticket is shared with at most {GUESTS_LIMIT} people by its customer",
            hint=_ASK,
            kind=RefusalKind.GUESTS_FULL,
            values={"limit": GUESTS_LIMIT},
        )


def counts(invitation: GuestInvitation, now: datetime) -> bool:
    """Return whether an invitation can still be followed."""
    return invitation.invited_at > millis(now - GUEST_INVITATION_LIFE)


def may_join(
    *, ticket: Ticket | None, invitation: GuestInvitation | None, invited_by: User | None, now: datetime
) -> Ticket:
    """Return the ticket; raises `NotFound` for one that the caller was not invited to, as for one that is not there.

    An invitation ends with its time, and with the account of who has invited.
    """
    if ticket is None or invitation is None or ticket.merged_into is not None:
        raise NotFound(
            "you are invited to no such ticket",
            hint="ask who shared it with you to invite your address",
            kind=RefusalKind.NOT_INVITED,
        )
    if invited_by is None or not invited_by.active:
        raise NotFound(
            "who shared this ticket with you is no longer here",
            hint="file a ticket of your own",
            kind=RefusalKind.INVITER_GONE,
        )
    if not counts(invitation, now):
        raise NotFound(
            f"your invitation to this ticket has ended: it counted for {GUEST_INVITATION_LIFE.days} days",
            hint="ask who shared it with you to invite your address once more",
            kind=RefusalKind.INVITATION_OVER,
            values={"days": GUEST_INVITATION_LIFE.days},
        )
    return ticket


def has_address(user: User, address: str) -> bool:
    """Return whether an address is a user's own."""
    return bool(user.email) and fold_name(user.email or "") == address
