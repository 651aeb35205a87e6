"""Units of work that file a ticket and write on it, for repositories whose rows follow from those."""

from __future__ import annotations

from collections.abc import Sequence

from hero_assistance_sdk.wire import MessageId, Priority, TicketId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages import rules as message_rules
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets import rules as ticket_rules
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Patch, update
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.model import User

ALICE, BOB, CAROL, DAVE = DEMO_USERS


def file_ticket(
    work: UnitOfWork,
    number: int = 1,
    *,
    customer: User = CAROL,
    tags: Sequence[str] = (),
    attachments: tuple[Attachment, ...] = (),
) -> Ticket:
    """File a ticket; the numbers must follow each other."""
    change = ticket_rules.create(
        customer=customer,
        ticket_id=TicketId(number),
        title="No network",
        body="Since this morning.",
        priority=Priority.NORMAL,
        tags=tags,
        targets=work.project.targets(),
        now=work.now,
    )
    change = ticket_rules.attach(change, attachments)
    work.apply(change, Caller(customer))
    return change.ticket


def reply(
    work: UnitOfWork, ticket: Ticket, number: int, author: User = BOB, attachments: tuple[Attachment, ...] = ()
) -> Ticket:
    """Reply to a ticket; the numbers of messages must follow each other."""
    change = message_rules.reply(
        ticket=ticket,
        author=author,
        message_id=MessageId(number),
        body="Try again.",
        now=work.now,
        attachments=attachments,
    )
    work.apply(change, Caller(author))
    return change.ticket


def note(work: UnitOfWork, ticket: Ticket, number: int, author: User = BOB) -> Ticket:
    """Write a note on a ticket; the numbers of messages must follow each other."""
    change = message_rules.note(
        ticket=ticket, author=author, message_id=MessageId(number), body="It is the old one.", now=work.now
    )
    work.apply(change, Caller(author))
    return change.ticket


def assign(work: UnitOfWork, ticket: Ticket, agent: User = BOB) -> Ticket:
    """Assign a ticket."""
    change = update(ticket=ticket, by=ALICE, patch=Patch(assignee=agent), targets=work.project.targets(), now=work.now)
    assert change is not None
    work.apply(change, Caller(ALICE))
    return change.ticket
