"""Creates, finds and lists tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import AttachmentId, MessageKind, Millis, Priority, TicketId, UserId
from hero_assistance_server import serializers
from hero_assistance_server.attachments.service import find_uploads
from hero_assistance_server.drafts.service import delete_sent_draft
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.ticket_lists.list_order import Order
from hero_assistance_server.ticket_lists.list_query import ListQuery
from hero_assistance_server.tickets import rules
from hero_assistance_server.tickets.json_row import decode_row, id_of_row
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.repository import ListPage, Position
from hero_assistance_server.tickets.visibility import visible_ticket
from hero_assistance_server.users.model import User
from hero_assistance_server.users.service import find_user

CREATE = "ticket.create"


@dataclass(slots=True)
class NewTicket:
    """What a ticket is filed with."""

    title: str
    body: str
    priority: Priority
    tags: Sequence[str]
    client_token: str | None
    attachment_ids: Sequence[AttachmentId]


def create_ticket(
    work: UnitOfWork,
    caller: Caller,
    *,
    title: str,
    body: str,
    priority: Priority,
    tags: Sequence[str],
    client_token: str | None,
    attachment_ids: Sequence[AttachmentId],
) -> Ticket:
    """Create a ticket of the caller's, or return the one that this client token made.

    Raises `TooLarge` or `NotFound` for the attachments.
    """
    new = NewTicket(title, body, priority, tags, client_token, attachment_ids)
    return _create(work, caller, caller.known(), new)


def create_ticket_for(work: UnitOfWork, caller: Caller, customer_id: UserId, new: NewTicket) -> Ticket:
    """Create a ticket of a customer's, as an agent; or return the one that this client token made.

    Raises `Forbidden`, `NotFound` or `Conflict` for the customer, and what `create_ticket` raises.
    """
    return _create(work, caller, _find_customer(work, caller.known(), customer_id), new)


def _create(work: UnitOfWork, caller: Caller, customer: User, new: NewTicket) -> Ticket:
    author = caller.known()
    made = work.client_tokens.find(author.user_id, CREATE, new.client_token)
    if made is not None:
        return visible_ticket(work, caller, TicketId(made))
    change = rules.create(
        customer=customer,
        ticket_id=work.tickets.next_id(),
        title=new.title,
        body=new.body,
        priority=new.priority,
        tags=new.tags,
        targets=work.project.targets(),
        now=work.now,
    )
    change = rules.attach(change, find_uploads(work, caller, new.attachment_ids))
    if customer.user_id != author.user_id:
        change = rules.file_for(change, author)
    work.apply(change, caller)
    work.client_tokens.add(author.user_id, CREATE, new.client_token, change.ticket.ticket_id, work.now)
    delete_sent_draft(work, caller, None, MessageKind.REPLY, new.client_token)
    return change.ticket


def _find_customer(work: UnitOfWork, author: User, customer_id: UserId) -> User:
    """Return the user for whom the author files a ticket; raises `Forbidden`, `NotFound` or `Conflict`."""
    if customer_id == author.user_id:
        return author
    if not author.is_staff:
        raise Forbidden(
            "only agents file tickets for others",
            hint="leave customer out: the ticket is yours",
            kind=RefusalKind.TEAM_ONLY,
        )
    customer = find_user(work, customer_id)
    rules.check_sees_tickets(customer)
    return customer


def list_tickets(
    snapshot: Snapshot, caller: Caller, query: ListQuery | None, after: Position, limit: int, order: Order
) -> ListPage:
    """Return a page of the tickets that the caller sees (`None`: all of them); `end` is where the next one begins."""
    seen_by = None if caller.is_staff else caller.known().user_id
    page = snapshot.tickets.list_page(query, after, limit + 1, seen_by=seen_by, order=order)
    return page if len(page.rows) <= limit else cut_page(page, limit, order, staff=caller.is_staff)


def count_unread(snapshot: Snapshot, caller: Caller, page: ListPage) -> list[int]:
    """Return how much the caller has not read of each ticket of a page, in their order."""
    return snapshot.read_receipts.count_unread(caller.known(), [*map(id_of_row, page.rows)])


def cut_page(page: ListPage, count: int, order: Order, *, staff: bool) -> ListPage:
    """Return the first rows of a page alone; the next page begins behind them."""
    last = serializers.ticket_summary(decode_row(page.rows[count - 1]), staff=staff)
    times = {Order.ACTIVITY: last.updated_at, Order.FIRST_RESPONSE_DUE: last.first_response_due}
    return ListPage(page.rows[:count], Position(times.get(order) or Millis(0), last.ticket_id))
