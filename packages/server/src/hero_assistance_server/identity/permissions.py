"""Who may do what, and what a caller sees of tickets and users."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hero_assistance_sdk.errors import Deactivated, Forbidden, Unauthenticated
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User


class CallerKind(Enum):
    """The kind of a caller, as far as the server knows."""

    ANONYMOUS = "anonymous"
    CUSTOMER = "customer"
    AGENT = "agent"
    ADMIN = "admin"
    OPERATOR = "operator"


_KINDS = {Role.CUSTOMER: CallerKind.CUSTOMER, Role.AGENT: CallerKind.AGENT, Role.ADMIN: CallerKind.ADMIN}
EVERYONE = frozenset(CallerKind)
STAFF = frozenset({CallerKind.AGENT, CallerKind.ADMIN})
ADMINS = frozenset({CallerKind.ADMIN})
# Who looks after the desk itself: its users, its settings, and what goes out of it.
OPERATORS = ADMINS | {CallerKind.OPERATOR}
KNOWN = STAFF | {CallerKind.CUSTOMER}
# Where the operator's calls come from, for the audit trail.
OPERATOR_ORIGIN = "operator"
_SIGN_IN = "sign in: auth.request_link mails a link and a code, auth.redeem takes either"
# The origin of a caller who wrote a mail.
MAIL_ORIGIN = "mail"


@dataclass(frozen=True, slots=True)
class Permission:
    """Who may do one thing; `action` is the name of a method, or of what is asked for over plain HTTP."""

    action: str
    allow: frozenset[CallerKind]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: a user, the operator of this machine, or an unknown caller.

    `refusal` says why a claim of identity was refused; it is `None` for a caller without a claim. `origin` is where
    the request came from, for the audit trail: `unix`, the peer's address, or what the page's service tells.
    `credential` is the id of the session, or the address of the device, by which the user is known. `destination` is
    the address of this machine that the request came to, empty on a Unix socket.
    """

    user: User | None
    refusal: str | None = None
    origin: str = ""
    is_deactivated: bool = False
    is_operator: bool = False
    is_over_tcp: bool = False
    credential: str | None = None
    destination: str = ""

    @property
    def kind(self) -> CallerKind:
        """What permissions know of the caller: the user's role, the operator, or that the caller is unknown."""
        if self.user is not None:
            return _KINDS[self.user.role]
        return CallerKind.OPERATOR if self.is_operator else CallerKind.ANONYMOUS

    @property
    def is_staff(self) -> bool:
        """Whether the caller sees what the team sees: an agent, an admin, or the operator."""
        return self.is_operator or self.kind in STAFF

    @property
    def administers(self) -> bool:
        """Whether the caller administers users and settings: an admin or the operator."""
        return self.kind in OPERATORS

    def known(self) -> User:
        """The user; raises `Unauthenticated` for an unknown caller, `Deactivated` for one who was a user."""
        if self.is_deactivated:
            raise Deactivated(self.refusal or "this user is deactivated", hint="ask an admin of this project")
        if self.is_operator:
            raise Forbidden(
                "the operator of this machine is no user of the project",
                hint="say who calls: --as USER",
                kind=RefusalKind.NOT_ALLOWED,
            )
        if self.user is None:
            if self.refusal is not None:
                raise Unauthenticated(self.refusal)
            raise Unauthenticated("no user is known at this address", hint=_SIGN_IN)
        return self.user

    def looks_after(self, user_id: UserId) -> bool:
        """Whether this caller may see and end where a user comes in: their own, or any as an admin or the operator."""
        return self.administers or self.known().user_id == user_id

    def sees(self, ticket: Ticket) -> bool:
        """Whether this caller may know that the ticket exists."""
        return self.is_staff or (self.user is not None and self.user.user_id in ticket.people)


def refuse_deactivated(user_id: UserId) -> Forbidden:
    """Return why a user who proved who they are does not come in."""
    return Forbidden(
        f"{user_id} is deactivated in this project",
        hint="ask an admin of this project",
        kind=RefusalKind.USER_DEACTIVATED,
        values={"user": user_id},
    )


def permit(caller: Caller, permission: Permission) -> None:
    """Return when the caller is allowed; raises `Unauthenticated` or `Forbidden`."""
    if caller.kind in permission.allow:
        return
    user = caller.known()
    raise Forbidden(
        f"{user.user_id} is a {user.role.value} and may not call {permission.action}", kind=RefusalKind.NOT_ALLOWED
    )
