"""What the audit trail needs of the storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from hero_assistance_sdk.wire import MessageId, Millis, TicketId, UserId

# The id before which every entry is.
NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class StoredAuditEntry:
    """Who did what, when, from where; `actor` is `None` when the server did it by itself.

    `detail` is what the ids do not say.
    """

    audit_id: int
    at: Millis
    actor: UserId | None
    origin: str
    action: str
    ticket_id: TicketId | None
    message_id: MessageId | None
    detail: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries are asked for; what is `None` does not matter."""

    ticket_id: TicketId | None = None
    actor: UserId | None = None
    action: str | None = None
    message_id: MessageId | None = None


class AuditRepository(Protocol):
    """The audit entries of a project; `UnitOfWork.apply` and `UnitOfWork.record_audit_entry` write them."""

    def iterate_newest(self, query: AuditQuery, before: int) -> Iterator[StoredAuditEntry]:
        """Yield the entries that match and are older than the entry `before`, newest first."""
        ...

    def iterate_of_ticket(
        self, ticket_id: TicketId, before: int, actions: Sequence[str], *, with_detail: str
    ) -> Iterator[StoredAuditEntry]:
        """Yield a ticket's entries before one, newest first.

        They are those of `actions`, and those of the action `with_detail` that have a detail.
        """
        ...
