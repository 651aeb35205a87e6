"""Users of a project: enrolment, changes of name, role and state, and that one admin always remains."""

from __future__ import annotations

from hero_assistance_sdk.errors import Conflict, Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server import serializers
from hero_assistance_server.events.event_type import EventType
from hero_assistance_server.events.model import AnyChange, Audience, Change, Reach
from hero_assistance_server.tickets.ticket_update import as_text
from hero_assistance_server.users.event_types import USER_DEACTIVATED, USER_ENROLLED, USER_REACTIVATED, USER_UPDATED
from hero_assistance_server.users.model import User

_AUDITED_FIELDS = ("name", "role", "email", "active", "shows_presence", "signature", "language", "time_zone")


def may_enrol(role: Role, *, administers: bool) -> None:
    """Raise `Forbidden` for an agent who enrols somebody with this role, unless they administer users."""
    if role is not Role.CUSTOMER and not administers:
        raise Forbidden(
            f"only an admin enrols an {role.value}",
            hint="enrol a customer, or ask an admin",
            kind=RefusalKind.ADMINS_ONLY,
        )


def enrol(user: User) -> AnyChange:
    """Return the change for those who may know of a new user."""
    return _change_of(USER_ENROLLED, None, user, frozenset())


def announce(user: User) -> AnyChange:
    """Return a change that tells the team once more how a user is, for an event that has to be there."""
    return Change(USER_UPDATED, None, None, Audience(Reach.STAFF), record=serializers.user(user, staff=True))


def change(before: User, after: User, *, other_admins: int, sharers: frozenset[UserId]) -> AnyChange | None:
    """Return the change of a name, role or state; `None` when there is none, raises `Conflict` for the last admin.

    `sharers` are the customers who see this user's name.
    """
    if after == before:
        return None
    was_admin = before.active and before.role is Role.ADMIN
    if was_admin and not (after.active and after.role is Role.ADMIN) and other_admins == 0:
        raise Conflict(
            f"{before.user_id} is the last admin",
            hint="make somebody else an admin first",
            kind=RefusalKind.LAST_ADMIN,
            values={"user": before.user_id},
        )
    return _change_of(_kind(before, after), before, after, sharers)


def ends_streams(before: User, after: User) -> bool:
    """Return whether the user may receive other events from now on."""
    return before.role is not after.role or not after.active


def _kind(before: User, after: User) -> EventType:
    if before.active is after.active:
        return USER_UPDATED
    return USER_REACTIVATED if after.active else USER_DEACTIVATED


def _change_of(kind: EventType, before: User | None, after: User, sharers: frozenset[UserId]) -> AnyChange:
    detail: dict[str, str] = {"user_id": after.user_id}
    for name in _AUDITED_FIELDS:
        was, now = getattr(before, name, None), getattr(after, name)
        if was != now:
            detail |= {name: as_text(now)} | ({} if before is None else {f"{name}.before": as_text(was)})
    return Change(
        kind, None, None, _audience(before, after, sharers), record=serializers.user(after, staff=True), detail=detail
    )


def _audience(before: User | None, after: User, sharers: frozenset[UserId]) -> Audience:
    """Return the team; everybody for what customers see of an agent; the sharers for what they see of a customer."""
    same = before is not None and serializers.user(before, staff=False) == serializers.user(after, staff=False)
    if same:
        return Audience(Reach.STAFF)
    if after.is_staff or (before is not None and before.is_staff):
        return Audience(Reach.EVERYONE)
    return Audience(Reach.STAFF, frozenset() if before is None else sharers | {after.user_id})
