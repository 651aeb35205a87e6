"""What tickets need of the storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import Millis, Status, TicketId, UserId
from hero_assistance_server.ticket_lists.list_order import Order
from hero_assistance_server.ticket_lists.list_query import ListQuery
from hero_assistance_server.tickets.model import Ticket


@dataclass(frozen=True, slots=True)
class Position:
    """A position in a list: the time that it is ordered by, 0 in a list by id, and the ticket that is there."""

    at: Millis
    ticket_id: TicketId


# Before every ticket there can be: the largest integers of the wire.
START = Position(Millis(2**63 - 1), TicketId(2**63 - 1))
# The same in lists that begin with the smallest.
START_OF_SMALLEST = Position(Millis(0), TicketId(0))


@dataclass(frozen=True, slots=True)
class ListPage:
    """Rows as texts, which `json_row` decodes, with what a list shows: the beginning of each text, and no attachments.

    `end` is where to continue, `None` at the end of the list. An engine stops looking after a bounded number of
    tickets: a page may have few rows, or none, and an `end`.
    """

    rows: list[str]
    end: Position | None


@dataclass(frozen=True, slots=True)
class ListCount:
    """How many tickets a list has; with `or_more`, at least so many."""

    count: int
    or_more: bool


class TicketRepository(Protocol):
    """The tickets of a project; `UnitOfWork.apply` writes them."""

    def find(self, ticket_id: TicketId) -> Ticket | None:
        """Return one ticket, or `None`."""
        ...

    def next_id(self) -> TicketId:
        """Return the id of the next ticket; only within a unit of work."""
        ...

    def list_page(
        self,
        query: ListQuery | None,
        after: Position,
        limit: int,
        *,
        seen_by: UserId | None = None,
        order: Order = Order.ACTIVITY,
    ) -> ListPage:
        """Return the tickets of a list (`None`: every ticket) behind `after`, in an order.

        With `seen_by` only those that this customer sees, by the last activity that customers see. By
        `first_response_due` the list has only tickets that await their first answer, and is of the team. `end` is set
        only when the search stopped before the page was full.
        """
        ...

    def count(self, query: ListQuery, cap: int) -> ListCount:
        """Return how many tickets a list has, exactly or counted up to `cap`."""
        ...

    def count_in_scopes(self, asked: Sequence[tuple[str, frozenset[Status]]]) -> list[int]:
        """Return how many tickets with one of these statuses are in each of these scopes of the list index."""
        ...

    def list_due_to_wake(self, now: datetime, limit: int) -> list[TicketId]:
        """Return the snoozed tickets whose time has come, the longest overdue first."""
        ...

    def next_wake(self) -> datetime | None:
        """Return when the next snoozed ticket wakes, or `None`."""
        ...
