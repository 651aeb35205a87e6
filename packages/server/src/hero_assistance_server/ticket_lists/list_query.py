"""Queries of ticket lists: a table of the views, and the meaning of a filter for one reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hero_assistance_sdk.wire import Priority, Status, UserId
from hero_assistance_server.search.filters import (
    ACTIVE,
    AWAITING,
    ME,
    MERGED,
    OVERDUE,
    UNASSIGNED,
    Filter,
    FilterKey,
    day_of,
)
from hero_assistance_server.search.filters import DONE as DONE_WORD
from hero_assistance_server.texts import as_tag
from hero_assistance_server.ticket_lists import list_index
from hero_assistance_server.tickets.states import DONE
from hero_assistance_server.time_zones import midnight
from hero_assistance_server.users.model import User

_ALL = frozenset(Status)


@dataclass(frozen=True, slots=True)
class View:
    """A list that every agent has: the tickets of a scope, which may be the agent's own, with these statuses."""

    scope: Callable[[UserId], str]
    statuses: frozenset[Status]


VIEWS: dict[str, View] = {
    "inbox": View(lambda _: list_index.ALL, _ALL - DONE),
    "unassigned": View(lambda _: list_index.UNASSIGNED, frozenset({Status.NEW, Status.OPEN})),
    "mine": View(list_index.assigned_to, list_index.ACTIVE),
    "participating": View(list_index.participated_by, list_index.ACTIVE),
    "open": View(lambda _: list_index.ALL, list_index.ACTIVE),
    "waiting": View(lambda _: list_index.ALL, frozenset({Status.WAITING})),
    "snoozed": View(lambda _: list_index.ALL, frozenset({Status.SNOOZED})),
    "closed": View(lambda _: list_index.ALL, DONE),
    "all": View(lambda _: list_index.ALL, _ALL),
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The conditions for a ticket to be in a list.

    It has one of `statuses`, is in one scope at least of each of `within`, in none of `without`, and was filed at
    `since` or later and before `until`.
    """

    statuses: frozenset[Status] = _ALL
    within: tuple[frozenset[str], ...] = ()
    without: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    # Whether its first answer is overdue now; `None` does not matter.
    overdue: bool | None = None

    @property
    def counted_scope(self) -> str | None:
        """The scope whose tallies count these tickets exactly; `None` when there is none."""
        if self.without or self.since or self.until or self.overdue is not None or len(self.within) > 1:
            return None
        scopes = self.within[0] if self.within else frozenset({list_index.ALL})
        return next(iter(scopes)) if len(scopes) == 1 else None


def build_list_query(filter_: Filter, reader: User, view: str | None = None) -> ListQuery:
    """Build the query of a filter's conditions on fields, within a view, for its reader; ignores texts."""
    found = ListQuery()
    if view is not None:
        scope = VIEWS[view].scope(reader.user_id)
        within = () if scope == list_index.ALL else (frozenset({scope}),)
        found = ListQuery(VIEWS[view].statuses, within)
    found = _of_status(found, filter_, reader)
    found = _of_overdue(_of_scopes(found, filter_, reader), filter_)
    return _of_days(found, filter_)


def _of_status(found: ListQuery, filter_: Filter, reader: User) -> ListQuery:
    statuses = found.statuses
    if asked := filter_.of(FilterKey.STATUS):
        statuses &= _shown_as(asked, reader)
    statuses -= _shown_as(filter_.of(FilterKey.STATUS, negated=True), reader)
    for term in filter_.terms:
        if term.key is FilterKey.IS and term.value in {ACTIVE, DONE_WORD}:
            meant = _shown_as(tuple(list_index.ACTIVE), reader) if term.value == ACTIVE else DONE
            statuses = statuses - meant if term.negated else statuses & meant
    return replace(found, statuses=statuses)


def _shown_as(values: tuple[str, ...], reader: User) -> frozenset[Status]:
    """The statuses that this reader is shown as one of `values`: to customers, what is snoozed is open."""
    asked = {Status(value) for value in values}
    if not reader.is_staff:
        asked.discard(Status.SNOOZED)
        if Status.OPEN in asked:
            asked.add(Status.SNOOZED)
    return frozenset(asked)


_SCOPES: dict[FilterKey, Callable[[str], str]] = {
    FilterKey.PRIORITY: lambda value: list_index.of_priority(Priority(value)),
    FilterKey.ASSIGNEE: lambda value: list_index.assigned_to(UserId(value)),
    FilterKey.CUSTOMER: lambda value: list_index.filed_by(UserId(value)),
}
# What `is:` asks for that is a scope and no status.
_IS_SCOPES = {UNASSIGNED: list_index.UNASSIGNED, MERGED: list_index.MERGED, AWAITING: list_index.AWAITING}


def _of_scopes(found: ListQuery, filter_: Filter, reader: User) -> ListQuery:
    within, without = list(found.within), set(found.without)

    def scope(key: FilterKey, value: str) -> str:
        me = value == ME and key in {FilterKey.ASSIGNEE, FilterKey.CUSTOMER}
        return _SCOPES[key](reader.user_id if me else value)

    for key in _SCOPES:
        if asked := filter_.of(key):
            within.append(frozenset(scope(key, value) for value in asked))
        without |= {scope(key, value) for value in filter_.of(key, negated=True)}
    within += [frozenset({list_index.of_tag(as_tag(tag))}) for tag in filter_.of(FilterKey.TAG)]
    without |= {list_index.of_tag(as_tag(tag)) for tag in filter_.of(FilterKey.TAG, negated=True)}
    within += [frozenset({_IS_SCOPES[word]}) for word in filter_.of(FilterKey.IS) if word in _IS_SCOPES]
    without |= {_IS_SCOPES[word] for word in filter_.of(FilterKey.IS, negated=True) if word in _IS_SCOPES}
    return replace(found, within=tuple(dict.fromkeys(within)), without=frozenset(without))


def _of_overdue(found: ListQuery, filter_: Filter) -> ListQuery:
    """What is overdue is among the tickets that await an answer; both at once is nothing."""
    asked = {term.negated for term in filter_.terms if term.key is FilterKey.IS and term.value == OVERDUE}
    if not asked:
        return found
    if asked == {True}:
        return replace(found, overdue=False)
    awaiting = frozenset({list_index.AWAITING})
    statuses = frozenset[Status]() if len(asked) > 1 else found.statuses
    return replace(found, statuses=statuses, within=(*found.within, awaiting), overdue=True)


def _of_days(found: ListQuery, filter_: Filter) -> ListQuery:
    """`after` a day is from its first moment on, so that it is the opposite of `before`."""
    since = [*filter_.of(FilterKey.AFTER), *filter_.of(FilterKey.BEFORE, negated=True)]
    until = [*filter_.of(FilterKey.BEFORE), *filter_.of(FilterKey.AFTER, negated=True)]
    return replace(
        found,
        since=midnight(max(map(day_of, since)), filter_.zone) if since else found.since,
        until=midnight(min(map(day_of, until)), filter_.zone) if until else found.until,
    )
