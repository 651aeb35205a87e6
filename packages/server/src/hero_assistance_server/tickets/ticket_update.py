"""Updates of a ticket: the fields, their permissions and their effects."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from hero_assistance_sdk.errors import Conflict, Forbidden, TicketMerged
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Priority, Status
from hero_assistance_server.events.change_builder import build_change
from hero_assistance_server.events.model import Change
from hero_assistance_server.tickets.business_hours import BusinessHours
from hero_assistance_server.tickets.event_types import TICKET_UPDATED
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.states import DONE, may_set
from hero_assistance_server.users.model import User

# How soon the first answer is promised, by priority; a priority that is not here promises nothing.
Targets = Mapping[Priority, timedelta]


class TargetsInHours(dict[Priority, timedelta]):
    """Targets of which only the open hours of the desk count."""

    def __init__(self, targets: Targets, hours: BusinessHours) -> None:
        super().__init__(targets)
        self.hours = hours


class Unset(Enum):
    """Tells a field that is not touched from one that is set to nothing."""

    UNSET = auto()


UNSET = Unset.UNSET


@dataclass(frozen=True, slots=True)
class Patch:
    """What is to be set; a field that is `UNSET` stays. `snoozed_until` goes with the status `snoozed` alone."""

    title: str | Unset = UNSET
    priority: Priority | Unset = UNSET
    status: Status | Unset = UNSET
    snoozed_until: datetime | Unset = UNSET
    assignee: User | Unset | None = UNSET
    tags: tuple[str, ...] | Unset = UNSET
    add_tags: tuple[str, ...] | Unset = UNSET
    remove_tags: tuple[str, ...] | Unset = UNSET

    def list_fields(self) -> frozenset[str]:
        """The fields that are to be set."""
        return frozenset(field.name for field in fields(self) if getattr(self, field.name) is not UNSET)


# A customer solves and reopens; the rest is the team's.
BY_CUSTOMER = frozenset({"status"})


def update(*, ticket: Ticket, by: User, patch: Patch, targets: Targets, now: datetime) -> Change[Ticket, None] | None:
    """Set fields; `None` when that changes nothing. Raises `Forbidden` or `Conflict`."""
    check_settable(patch.list_fields(), by)
    after = replace(ticket, title=ticket.title if isinstance(patch.title, Unset) else patch.title)
    after = _set_priority(after, patch, targets)
    after = _assign(after, patch)
    after = _tag(after, patch)
    after = _move(after, patch, by, now)
    if after == ticket:
        return None
    return build_change(TICKET_UPDATED, ticket, after, now, message=None, detail=differing(ticket, after))


def check_settable(names: Set[str], by: User) -> None:
    """Raise `Forbidden` for fields that customers do not set: before a value is looked up, which would tell of it."""
    refused = names - BY_CUSTOMER
    if refused and not by.is_staff:
        raise Forbidden(f"customers do not set {', '.join(sorted(refused))}", kind=RefusalKind.TEAM_ONLY)


def unassign(ticket: Ticket, now: datetime) -> Change[Ticket, None]:
    """Take the assignee off a ticket that has one: no permission is asked for."""
    after = replace(ticket, assignee=None, assignee_name=None)
    return build_change(TICKET_UPDATED, ticket, after, now, message=None, detail=differing(ticket, after))


def differing(before: Ticket, after: Ticket) -> dict[str, str]:
    """What became of the fields that are not the same, and what they were, as texts for the audit trail."""
    found: dict[str, str] = {}
    for field in fields(Ticket):
        if field.name == "assignee_name":
            continue
        was, now = getattr(before, field.name), getattr(after, field.name)
        if was != now:
            found |= {field.name: as_text(now), f"{field.name}.before": as_text(was)}
    return found


def as_text(value: object) -> str:
    """A field's value for a person: nothing is the empty text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def with_status(ticket: Ticket, status: Status, now: datetime, snoozed_until: datetime | None = None) -> Ticket:
    """The ticket with a status and what goes with it: the end of a snooze, the time it was solved."""
    solved_at = (ticket.solved_at or now) if status in DONE else None
    return replace(ticket, status=status, snoozed_until=snoozed_until, solved_at=solved_at)


def respond_by(created_at: datetime, priority: Priority, targets: Targets) -> datetime | None:
    """When the first answer is due."""
    target = targets.get(priority)
    if target is None:
        return None
    return targets.hours.add(created_at, target) if isinstance(targets, TargetsInHours) else created_at + target


def check_assignable(user: User) -> None:
    """Raise `Conflict` for a user who cannot work on tickets."""
    if user.can_work:
        return
    state = "deactivated" if user.is_staff else "a customer"
    raise Conflict(
        f"{user.user_id} is {state} and cannot be assigned",
        hint="assign an agent who is active",
        kind=RefusalKind.NOT_ASSIGNABLE,
        values={"user": user.user_id},
    )


def _set_priority(ticket: Ticket, patch: Patch, targets: Targets) -> Ticket:
    if isinstance(patch.priority, Unset) or patch.priority is ticket.priority:
        return ticket
    due = ticket.first_response_due
    if ticket.first_response_at is None:
        due = respond_by(ticket.created_at, patch.priority, targets)
    return replace(ticket, priority=patch.priority, first_response_due=due)


def _assign(ticket: Ticket, patch: Patch) -> Ticket:
    if isinstance(patch.assignee, Unset):
        return ticket
    if patch.assignee is None:
        return replace(ticket, assignee=None, assignee_name=None)
    check_assignable(patch.assignee)
    return replace(ticket, assignee=patch.assignee.user_id, assignee_name=patch.assignee.name)


def _tag(ticket: Ticket, patch: Patch) -> Ticket:
    tags = ticket.tags if isinstance(patch.tags, Unset) else patch.tags
    added = () if isinstance(patch.add_tags, Unset) else patch.add_tags
    removed = () if isinstance(patch.remove_tags, Unset) else patch.remove_tags
    kept = dict.fromkeys((*tags, *added))
    return replace(ticket, tags=tuple(tag for tag in kept if tag not in removed))


def _move(ticket: Ticket, patch: Patch, by: User, now: datetime) -> Ticket:
    until = None if isinstance(patch.snoozed_until, Unset) else patch.snoozed_until
    if isinstance(patch.status, Unset):
        if until is not None:
            raise Conflict("snoozed_until needs the status snoozed", hint="set both", kind=RefusalKind.PARAMS_DISAGREE)
        return ticket
    if (patch.status is Status.SNOOZED) is (until is None):
        raise Conflict(
            "the status snoozed and snoozed_until go together",
            hint="set both or neither",
            kind=RefusalKind.PARAMS_DISAGREE,
        )
    if until is not None and until <= now:
        raise Conflict("snoozed_until is not in the future", kind=RefusalKind.SNOOZED_INTO_PAST)
    if ticket.merged_into is not None and patch.status is not ticket.status:
        hint = f"ticket.split takes messages out of ticket {ticket.merged_into}" if by.is_staff else None
        raise TicketMerged(ticket.ticket_id, ticket.merged_into, hint=hint)
    if not may_set(ticket.status, patch.status, staff=by.is_staff):
        raise Conflict(
            f"ticket {ticket.ticket_id} is {ticket.status.value} and cannot become {patch.status.value}",
            hint="file a new ticket" if ticket.status is Status.CLOSED else None,
            kind=RefusalKind.STATUS_CHANGE,
            values={"ticket": ticket.ticket_id, "status": ticket.status.value, "wanted": patch.status.value},
        )
    return with_status(ticket, patch.status, now, until)
