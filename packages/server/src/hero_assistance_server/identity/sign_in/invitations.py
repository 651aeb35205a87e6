"""Adds users by their e-mail address, and gives them a way in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Millis, Role
from hero_assistance_server.audit.repository import NEWEST, AuditQuery
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.identity.sign_in.letters import LetterQueue, invitation_letter, link_of
from hero_assistance_server.identity.sign_in.links import Links
from hero_assistance_server.identity.sign_in.model import IssuedToken
from hero_assistance_server.identity.sign_in.rules import HAND_OVER, INVITATION
from hero_assistance_server.languages.registry import choose_language
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User
from hero_assistance_server.users.service import UserAdministration

LINK_MADE = "auth.link_made"


@dataclass(frozen=True, slots=True)
class Access:
    """A user's link and code; `link` is `None` while the page has no address.

    The code counts for a quarter of an hour, and is made where the operator is there to say it. An admin may hand over
    the link where no letter can, to somebody who was never here: it is as if they had given the user another address.
    """

    user: User
    link: str | None
    expires_at: Millis
    code: str | None
    code_expires_at: Millis | None
    mailed: bool = False
    is_for_admin: bool = False


@dataclass(frozen=True, slots=True)
class UserInvitations:
    """The use cases of giving access."""

    users: UserAdministration
    letters: LetterQueue
    links: Links

    def add(self, work: UnitOfWork, caller: Caller, *, email: str, name: str | None, role: Role | None) -> Access:
        """Add a user, or find the one with this address and give them the role; mail them a link of a week.

        Raises `Conflict` for a user who is deactivated, and for the last admin.
        """
        address = fold_name(email)
        known = work.users.find_by_email(address)
        if known is None:
            chosen = name or address.partition("@")[0]
            user = self.users.enrol(work, caller, email=address, name=chosen, role=role or Role.CUSTOMER)
        else:
            user = self._renew(work, caller, known, name=name, role=role)
        issued = self.links.issue(work, address, user, replace(INVITATION, has_code=caller.is_operator))
        project = work.project.read()
        letter = invitation_letter(choose_language(user, project), project, address, issued)
        self.letters.queue(work, letter)
        mailed = self.letters.reaches_users
        is_for_admin = not mailed and not _has_been_here(work, user)
        access = replace(_access(project, user, issued), mailed=mailed, is_for_admin=is_for_admin)
        if is_for_admin and access.link is not None and not caller.is_operator:
            work.record_audit_entry(LINK_MADE, caller, {"user_id": user.user_id})
        return access

    def link(self, work: UnitOfWork, caller: Caller, email: str) -> Access:
        """Make a link of a day for the operator to hand over; raises `NotFound`, or `Conflict` for who is deactivated.

        The one that was handed over before counts no longer.
        """
        user = work.users.find_by_email(fold_name(email))
        if user is None:
            raise NotFound(
                f"no user has the address {email}",
                hint="hero_assistance user add makes one",
                kind=RefusalKind.NO_USER,
                values={"user": email},
            )
        _require_active(user)
        issued = self.links.issue(work, email, user, HAND_OVER)
        work.record_audit_entry(LINK_MADE, caller, {"user_id": user.user_id})
        return _access(work.project.read(), user, issued)

    def _renew(self, work: UnitOfWork, caller: Caller, known: User, *, name: str | None, role: Role | None) -> User:
        _require_active(known)
        return self.users.change(work, caller, known, replace(known, name=name or known.name, role=role or known.role))


def _access(project: ProjectSettings, user: User, issued: IssuedToken) -> Access:
    return Access(user, link_of(project, issued), issued.expires_at, issued.code, issued.code_expires_at)


def _has_been_here(work: UnitOfWork, user: User) -> bool:
    """Return whether a user has done anything, as a sign-in is, or comes in by a name of the edge."""
    entries = work.audit.iterate_newest(AuditQuery(actor=user.user_id), NEWEST)
    return next(entries, None) is not None or bool(work.logins.list_after("", 1, user.user_id))


def _require_active(user: User) -> None:
    if not user.active:
        raise Conflict(
            f"{user.user_id} is deactivated",
            hint=f"user.reactivate user_id={user.user_id} lets them in",
            kind=RefusalKind.USER_DEACTIVATED,
            values={"user": user.user_id},
        )
