"""Creates, finds and lists tickets."""

from __future__ import annotations

from collections.abc import Sequence

from hero_assistance_sdk.wire import AttachmentId, MessageKind, Priority, TicketId
from hero_assistance_server import serializers
from hero_assistance_server.attachments.service import find_uploads
from hero_assistance_server.drafts.service import delete_sent_draft
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.ticket_lists.list_query import ListQuery
from hero_assistance_server.tickets import rules
from hero_assistance_server.tickets.json_row import decode_row
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.repository import ListPage, Position
from hero_assistance_server.tickets.visibility import visible_ticket

CREATE = "ticket.create"


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
    customer = caller.known()
    made = work.client_tokens.find(customer.user_id, CREATE, client_token)
    if made is not None:
        return visible_ticket(work, caller, TicketId(made))
    change = rules.create(
        customer=customer,
        ticket_id=work.tickets.next_id(),
        title=title,
        body=body,
        priority=priority,
        tags=tags,
        targets=work.project.targets(),
        now=work.now,
        attachments=find_uploads(work, caller, attachment_ids),
    )
    work.apply(change, caller)
    work.client_tokens.add(customer.user_id, CREATE, client_token, change.ticket.ticket_id, work.now)
    delete_sent_draft(work, caller, None, MessageKind.REPLY)
    return change.ticket


def list_tickets(snapshot: Snapshot, caller: Caller, query: ListQuery | None, after: Position, limit: int) -> ListPage:
    """Return a page of the tickets that the caller sees (`None`: all of them); `end` is where the next one begins."""
    seen_by = None if caller.is_staff else caller.known().user_id
    page = snapshot.tickets.list_page(query, after, limit + 1, seen_by=seen_by)
    return page if len(page.rows) <= limit else cut_page(page, limit, staff=caller.is_staff)


def cut_page(page: ListPage, count: int, *, staff: bool) -> ListPage:
    """Return the first rows of a page alone; the next page begins behind them."""
    last = serializers.ticket_summary(decode_row(page.rows[count - 1]), staff=staff)
    return ListPage(page.rows[:count], Position(last.updated_at, last.ticket_id))
