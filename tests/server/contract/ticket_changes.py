"""Changes that the contract suite writes, through the protocols alone."""

from __future__ import annotations

from datetime import UTC, datetime

from hero_assistance_sdk.wire import MessageKind, Priority
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages import rules as message_rules
from hero_assistance_server.messages.model import Message
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets import rules
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Patch, update
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.model import User

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
_ALICE, BOB, CAROL, DAVE = DEMO_USERS


def create(
    work: UnitOfWork,
    title: str = "laptop",
    *,
    body: str = "It is six years old.",
    customer: User = CAROL,
    tags: tuple[str, ...] = (),
    now: datetime | None = None,
) -> Ticket:
    """Create a ticket."""
    change = rules.create(
        customer=customer,
        ticket_id=work.tickets.next_id(),
        title=title,
        body=body,
        priority=Priority.NORMAL,
        tags=tags,
        targets=work.project.targets(),
        now=now or work.now,
    )
    work.apply(change, Caller(customer))
    return change.ticket


def write(work: UnitOfWork, ticket: Ticket, kind: MessageKind, body: str, author: User = BOB) -> tuple[Ticket, Message]:
    """Write a reply or a note; returns the ticket as it is afterwards, and the message."""
    rule = message_rules.note if kind is MessageKind.NOTE else message_rules.reply
    change = rule(
        ticket=ticket, author=author, message_id=work.messages.next_id(), body=body, now=work.now, attachments=()
    )
    work.apply(change, Caller(author))
    return change.ticket, change.message


def set_fields(work: UnitOfWork, ticket: Ticket, patch: Patch) -> Ticket:
    """Set fields of a ticket; returns it as it is afterwards."""
    change = update(ticket=ticket, by=BOB, patch=patch, targets={}, now=work.now)
    assert change is not None
    work.apply(change, Caller(BOB))
    return change.ticket
