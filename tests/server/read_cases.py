"""What a case of `test_read_your_writes` is, and the changes that cases make."""

from __future__ import annotations

from collections.abc import Callable

from hero_assistance_sdk.wire import Priority, Role, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages import rules as message_rules
from hero_assistance_server.messages.model import Message
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets import rules
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.ticket_update import Patch, update
from hero_assistance_server.users.model import User
from tests.server.store_fixtures import CAROL

BOB = User(UserId("bob"), "Bob", Role.AGENT)
# The ticket that a case creates first.
TICKET = TicketId(1)

# A change, and whether the read method sees it.
Case = Callable[[UnitOfWork], bool]
Step = Callable[[UnitOfWork], object]


def sees(read: Callable[[UnitOfWork], object], *steps: tuple[Step, object]) -> Case:
    """Make a case: after each step the method returns what is expected."""

    def case(work: UnitOfWork) -> bool:
        for step, expected in steps:
            step(work)
            if read(work) != expected:
                return False
        return True

    return case


def change_nothing(work: UnitOfWork) -> None:
    """Change nothing."""


def create(work: UnitOfWork, *, tags: tuple[str, ...] = (), attachments: tuple[Attachment, ...] = ()) -> Ticket:
    change = rules.create(
        customer=CAROL,
        ticket_id=work.tickets.next_id(),
        title="laptop",
        body="b",
        priority=Priority.NORMAL,
        tags=tags,
        targets=work.project.targets(),
        now=work.now,
    )
    change = rules.attach(change, attachments)
    work.apply(change, Caller(CAROL))
    return change.ticket


def reply(work: UnitOfWork, ticket: Ticket, *, attachments: tuple[Attachment, ...] = ()) -> Message:
    change = message_rules.reply(
        ticket=ticket,
        author=BOB,
        message_id=work.messages.next_id(),
        body="hello",
        now=work.now,
        attachments=attachments,
    )
    work.apply(change, Caller(BOB))
    return change.message


def set_fields(work: UnitOfWork, ticket: Ticket, patch: Patch) -> Ticket:
    change = update(ticket=ticket, by=BOB, patch=patch, targets={}, now=work.now)
    assert change is not None
    work.apply(change, Caller(BOB))
    return change.ticket


def find_ticket(work: UnitOfWork) -> Ticket:
    ticket = work.tickets.find(TICKET)
    assert ticket is not None
    return ticket
