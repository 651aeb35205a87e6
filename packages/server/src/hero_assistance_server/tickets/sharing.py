"""What customers are shown of the team's work on a ticket: its tags and its assignee, where a setting shares them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.search.filters import AWAITING, OVERDUE, UNASSIGNED, Filter, FilterKey
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User

HiddenField = Literal["tags", "assignee", "assignee_name"]


@dataclass(frozen=True, slots=True)
class Sharing:
    """Whether customers see the tags and the assignee of their tickets."""

    tags: bool = False
    assignee: bool = False

    def shows_change(self, before: Ticket, after: Ticket) -> bool:
        """Return whether what is shared differs between two states of a ticket."""
        return (self.tags and before.tags != after.tags) or (
            self.assignee and (before.assignee, before.assignee_name) != (after.assignee, after.assignee_name)
        )

    def hidden_of(self, ticket: Ticket) -> tuple[HiddenField, ...]:
        """Return the fields of the wire's ticket that have a value which its customer is not shown."""
        fields: tuple[HiddenField, ...] = ()
        if ticket.tags and not self.tags:
            fields = ("tags",)
        if (ticket.assignee or ticket.assignee_name) and not self.assignee:
            fields += ("assignee", "assignee_name")
        return fields


# What a project shares until an admin sets something else.
NOTHING_SHARED = Sharing()


def check_filter(filter_: Filter, reader: User, sharing: Sharing) -> None:
    """Raise `Forbidden` where a customer's filter asks for what is not shared: its result would tell."""
    if reader.is_staff:
        return
    if {AWAITING, OVERDUE} & {*filter_.of(FilterKey.IS), *filter_.of(FilterKey.IS, negated=True)}:
        raise Forbidden(
            "targets are of the team", hint="filter by status, priority, customer or day", kind=RefusalKind.TEAM_ONLY
        )
    for asked in _find_asked(filter_):
        if not getattr(sharing, asked):
            what = "tags are" if asked == "tags" else "assignees are"
            raise Forbidden(
                f"{what} of the team", hint="filter by status, priority, customer or day", kind=RefusalKind.TEAM_ONLY
            )


def _find_asked(filter_: Filter) -> Iterator[str]:
    for term in filter_.terms:
        if term.key is FilterKey.TAG:
            yield "tags"
        elif term.key is FilterKey.ASSIGNEE or (term.key is FilterKey.IS and term.value == UNASSIGNED):
            yield "assignee"
