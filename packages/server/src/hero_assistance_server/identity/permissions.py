"""Who may do what: one table, and what a caller sees of tickets and people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hero_assistance_sdk.errors import Forbidden, Unauthenticated
from hero_assistance_sdk.wire import Role
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User


class CallerKind(Enum):
    """What the server knows of who calls."""

    ANONYMOUS = "anonymous"
    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"


_KINDS = {Role.CUSTOMER: CallerKind.CUSTOMER, Role.AGENT: CallerKind.AGENT, Role.ADMIN: CallerKind.ADMIN}
_EVERYONE = frozenset(CallerKind)
_STAFF = frozenset({CallerKind.AGENT, CallerKind.ADMIN})
_ADMIN = frozenset({CallerKind.ADMIN})
_KNOWN = _STAFF | {CallerKind.CUSTOMER}

# What is asked for beside the methods, over plain HTTP, and needs its permission all the same.
ATTACHMENT_DOWNLOAD = "attachment.download"
ATTACHMENT_UPLOAD = "attachment.upload"
EVENT_STREAM = "event.stream"
NO_METHODS = frozenset({ATTACHMENT_DOWNLOAD, ATTACHMENT_UPLOAD, EVENT_STREAM})

ALLOWED: dict[str, frozenset[CallerKind]] = {
    "attachment.delete": _KNOWN,
    ATTACHMENT_DOWNLOAD: _KNOWN,
    "attachment.get": _KNOWN,
    "attachment.list": _KNOWN,
    ATTACHMENT_UPLOAD: _KNOWN,
    "audit.list": _STAFF,
    "draft.delete": _KNOWN,
    "draft.get": _KNOWN,
    "draft.list": _KNOWN,
    "draft.save": _KNOWN,
    "event.list": _KNOWN,
    EVENT_STREAM: _KNOWN,
    "export.create": _ADMIN,
    "export.get": _ADMIN,
    "macro.delete": _STAFF,
    "macro.list": _STAFF,
    "macro.run": _STAFF,
    "macro.save": _STAFF,
    "message.edit": _KNOWN,
    "message.list": _KNOWN,
    "message.note": _STAFF,
    "message.reply": _KNOWN,
    "presence.beat": _KNOWN,
    "presence.list": _KNOWN,
    "project.get": _KNOWN,
    "project.update": _ADMIN,
    "reply.delete": _STAFF,
    "reply.list": _STAFF,
    "reply.render": _STAFF,
    "reply.save": _STAFF,
    "read.list": _KNOWN,
    "read.mark": _KNOWN,
    "read.of_ticket": _STAFF,
    "rpc.discover": _EVERYONE,
    "search.tickets": _KNOWN,
    "stats.by_agent": _STAFF,
    "stats.by_day": _STAFF,
    "stats.by_tag": _STAFF,
    "stats.overview": _STAFF,
    "stats.tickets": _STAFF,
    "system.backup": _ADMIN,
    "system.health": _EVERYONE,
    "ticket.bulk": _STAFF,
    "tag.list": _STAFF,
    "tag.rename": frozenset({CallerKind.ADMIN}),
    "ticket.create": _KNOWN,
    "ticket.follow": _STAFF,
    "ticket.get": _KNOWN,
    "ticket.invite": _STAFF,
    "ticket.list": _KNOWN,
    "ticket.merge": _STAFF,
    "ticket.split": _STAFF,
    "ticket.unfollow": _STAFF,
    "ticket.uninvite": _STAFF,
    "ticket.update": _KNOWN,
    "user.deactivate": _ADMIN,
    "user.devices": _KNOWN,
    "user.enrol": _STAFF,
    "user.list": _KNOWN,
    "user.me": _EVERYONE,
    "view.delete": _STAFF,
    "view.list": _STAFF,
    "view.save": _STAFF,
    "user.reactivate": _ADMIN,
    "user.revoke": _KNOWN,
    "user.update": _ADMIN,
    "user.update_me": _KNOWN,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a user, or nobody known.

    `refusal` says why a claim of identity was not believed; it is `None` for who claims nothing. `origin` is where
    the request came from, for the audit trail: `unix`, or the peer's address.
    """

    user: User | None
    refusal: str | None = None
    origin: str = ""

    @property
    def kind(self) -> CallerKind:
        return _KINDS[self.user.role] if self.user else CallerKind.ANONYMOUS

    @property
    def is_staff(self) -> bool:
        return self.kind in _STAFF

    def known(self) -> User:
        """The user; raises `Unauthenticated` when nobody is known."""
        if self.user is None:
            raise Unauthenticated(self.refusal or "nobody is known at this address")
        return self.user

    def sees(self, ticket: Ticket) -> bool:
        """Whether this caller may know that the ticket exists."""
        return self.is_staff or (self.user is not None and self.user.user_id in ticket.people)

    def sees_user(self, other: User) -> bool:
        """Customers know themselves and who may answer them, never each other."""
        return (
            self.is_staff
            or other.role is not Role.CUSTOMER
            or (self.user is not None and self.user.user_id == other.user_id)
        )


def permit(caller: Caller, action: str) -> None:
    """Return when the table allows it; raises `Unauthenticated` or `Forbidden`."""
    if caller.kind in ALLOWED[action]:
        return
    user = caller.known()
    raise Forbidden(f"{user.user_id} is a {user.role.value} and may not call {action}")
