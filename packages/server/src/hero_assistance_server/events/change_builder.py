"""Builds the change from a ticket before and after: its contents and its audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from hero_assistance_sdk.wire import MessageId
from hero_assistance_server import serializers
from hero_assistance_server.events.event_type import EventType
from hero_assistance_server.events.model import TEAM, AnyChange, Audience, Change, Reach
from hero_assistance_server.messages.model import Message
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.sharing import Sharing

M = TypeVar("M", bound=Message | None)


def build_change(
    kind: EventType,
    before: Ticket,
    after: Ticket,
    now: datetime,
    *,
    message: M,
    public: bool = False,
    moved: tuple[MessageId, ...] = (),
    detail: Mapping[str, str] | None = None,
) -> Change[Ticket, M]:
    """The change from `before` to `after`: outsiders are told when what they are shown differs, or with `public`.

    `public` says that something else than the ticket itself is news for them, such as a reply.
    """
    public = public or serializers.ticket(before, staff=False) != serializers.ticket(after, staff=False)
    after = replace(after, updated_at=now, public_updated_at=now if public else before.public_updated_at)
    # A collaborator who was just removed gets an event of their own, and nothing more.
    people = before.people & after.people if public else frozenset()
    return Change(kind, after, message, Audience(Reach.STAFF, people), before, moved, detail=detail or {})


def share(change: AnyChange, sharing: Sharing) -> AnyChange:
    """Return the change with its ticket's customers among its audience, where what the team shares differs.

    Such a change moves the ticket in no list of theirs: it is no answer.
    """
    before, after, audience = change.before, change.ticket, change.audience
    if before is None or after is None or audience != TEAM or not sharing.shows_change(before, after):
        return change
    return replace(change, audience=Audience(Reach.STAFF, before.people & after.people))


def build_filing(kind: EventType, ticket: Ticket, *, moved: tuple[MessageId, ...] = ()) -> Change[Ticket, None]:
    """Return the change that adds a ticket, for everyone who sees it."""
    return Change(kind, ticket, None, Audience(Reach.STAFF, ticket.people), moved=moved)
