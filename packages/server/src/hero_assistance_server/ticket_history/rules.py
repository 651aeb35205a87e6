"""What of an audit entry is a change that a thread shows, and to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis, Status, TicketId, UserId
from hero_assistance_server.audit.repository import StoredAuditEntry

# Next to these, `message.replied` where the reply moved a ticket that was put away.
ACTIONS = ("ticket.updated", "ticket.merged", "ticket.split", "rating.saved")
REPLIED = "message.replied"
# What an agent sets, and what follows of itself is not.
_FIELDS = ("status", "snoozed_until", "assignee", "priority", "tags", "title", "collaborators", "score", "comment")
_USERS = frozenset({"assignee", "collaborators"})
_BETWEEN = ", "


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a field became, and what it was; `None` where the audit trail does not say."""

    name: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class TicketChange:
    """A change of one ticket; `actor` is `None` for what the server did by itself."""

    change_id: int
    at: Millis
    actor: UserId | None
    action: str
    fields: tuple[FieldChange, ...]
    # Where messages went, for a merge and a split.
    source: TicketId | None = None
    target: TicketId | None = None

    def users(self) -> Iterator[UserId]:
        """Yield the users that it names."""
        if self.actor is not None:
            yield self.actor
        for field in self.fields:
            if field.name in _USERS:
                texts = filter(None, (field.before, field.after))
                yield from (UserId(name) for text in texts for name in text.split(_BETWEEN))


def changes_of(entries: Iterable[StoredAuditEntry], *, staff: bool) -> Iterator[TicketChange]:
    """Yield what the entries changed, as the team sees it, or as the ticket's customers do."""
    for entry in entries:
        change = _for_staff(entry) if staff else _for_customers(entry)
        if change is not None:
            yield change


def _for_staff(entry: StoredAuditEntry) -> TicketChange | None:
    source, target = _ticket(entry.detail.get("from")), _ticket(entry.detail.get("into"))
    fields = tuple(_fields_of(entry.detail))
    if not fields and source is None:
        return None
    return TicketChange(entry.audit_id, entry.at, entry.actor, entry.action, fields, source, target)


def _for_customers(entry: StoredAuditEntry) -> TicketChange | None:
    """Return the change of the status, in which a snooze is a ticket that is open."""
    status = next((field for field in _fields_of(entry.detail) if field.name == "status"), None)
    if status is None:
        return None
    shown = FieldChange("status", None if status.before is None else _outside(status.before), _outside(status.after))
    if shown.before == shown.after:
        return None
    return TicketChange(entry.audit_id, entry.at, entry.actor, entry.action, (shown,))


def _outside(status: str) -> str:
    return Status.OPEN.value if status == Status.SNOOZED.value else status


def _fields_of(detail: Mapping[str, str]) -> Iterator[FieldChange]:
    for name in _FIELDS:
        if name in detail:
            yield FieldChange(name, detail.get(f"{name}.before"), detail[name])


def _ticket(text: str | None) -> TicketId | None:
    return TicketId(int(text)) if text is not None and text.isdecimal() else None
