"""Binds the names that the edge speaks to users, and enrols the users of names that are bound to none."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from hero_assistance_sdk.errors import Conflict, Forbidden
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users import rules
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.ids.user_ids import make_user_id
from hero_assistance_server.users.model import Login, User
from hero_assistance_server.users.service import find_user

BOUND, UNBOUND = "user.login_bound", "user.login_unbound"


class NotEnrolled(Forbidden):
    """The edge names somebody who is no user, and the project takes no newcomers."""


@dataclass(frozen=True, slots=True)
class LoginAdministration:
    """Writes logins; the directory and the event streams follow each commit."""

    storage: Storage
    directory: Directory
    hub: Hub

    def bind(self, work: UnitOfWork, caller: Caller, user_id: UserId, name: str) -> Login:
        """Bind a name to a user; raises `NotFound`, or `Conflict` for a name that is another user's."""
        user = find_user(work, user_id)
        known = work.logins.find(name)
        if known is None:
            return bind_login(work, self.directory, user, name, caller)
        if known.user_id != user_id:
            raise Conflict(
                f"{known.login} is bound to {known.user_id}",
                hint="user.unbind_login takes it off them",
                kind=RefusalKind.LOGIN_TAKEN,
                values={"login": known.login, "user": known.user_id},
            )
        return known

    def bind_at_enrolment(self, work: UnitOfWork, caller: Caller, user: User, name: str) -> Login:
        """Bind a name to a user who is enrolled just now; raises `Forbidden`, or `Conflict`."""
        if not caller.administers:
            raise Forbidden("only an admin binds a login", hint="enrol without one", kind=RefusalKind.ADMINS_ONLY)
        return self.bind(work, caller, user.user_id, name)

    def unbind(self, work: UnitOfWork, caller: Caller, name: str) -> bool:
        """Take a name off its user, and end their streams; returns whether it was bound.

        Raises `Conflict` when no admin could come in by a name any more.
        """
        login = work.logins.find(name)
        if login is None:
            return False
        user = find_user(work, login.user_id)
        if user.role is Role.ADMIN and user.active and not work.logins.count_of_admins(except_login=login.login):
            raise Conflict(
                f"{login.login} is the last name by which an admin comes in",
                hint="bind another one first",
                kind=RefusalKind.LAST_LOGIN,
                values={"login": login.login},
            )
        work.logins.delete(login.login)
        work.record_audit_entry(UNBOUND, caller, {"user_id": login.user_id, "login": login.login})
        work.after_commit(partial(self._forget, login))
        return True

    def _forget(self, login: Login) -> None:
        self.directory.unbind(login.login)
        self.hub.end_reader(login.user_id)


def enrol_newcomer(work: UnitOfWork, directory: Directory, name: str, *, origin: str, email: str | None = None) -> User:
    """Return the user whom the edge calls by this name.

    Where the name is bound to none, that is the user with the e-mail address that the edge vouches for, else a new
    customer; the name is bound to them. Raises `NotEnrolled` where the project takes no newcomers.
    """
    # Two first requests can meet here; the second finds the user of the first.
    login = work.logins.find(name)
    if login is not None:
        known = find_user(work, login.user_id)
        work.after_commit(partial(_remember, directory, known, login))
        return known
    user = work.users.find_by_email(email) if email else None
    if user is None and not work.project.read().enrol_newcomers:
        raise NotEnrolled(
            f"{name} is no user of this project; an admin adds its users",
            kind=RefusalKind.NOT_ENROLLED,
            values={"email": name},
        )
    if user is None:
        user = _add_customer(work, directory, name, origin, email)
    bind_login(work, directory, user, name, Caller(user, origin=origin), email=email)
    return user


def bind_login(
    work: UnitOfWork, directory: Directory, user: User, name: str, by: Caller, *, email: str | None = None
) -> Login:
    """Bind a name that is bound to no user."""
    login = Login(name, user.user_id, millis(work.now))
    work.logins.save(login)
    vouched = {"email": email} if email else {}
    work.record_audit_entry(BOUND, by, {"user_id": user.user_id, "login": name, **vouched})
    work.after_commit(partial(directory.bind, login))
    return login


def seed_users(work: UnitOfWork, users: Sequence[User], *, demo: bool = False) -> None:
    """Add the users that are missing, whose ids are their logins too unless a name is another user's.

    `demo` marks those that are new. What was set of one since stays; who has lost the login has access again.
    """
    for user in users:
        known = work.users.find(user.user_id)
        login = work.logins.find(user.user_id)
        has_lost_it = login is None or login.user_id != user.user_id
        if known is None or has_lost_it:
            work.users.save(user if known is None else replace(known, active=True), work.now)
        if known is None and demo:
            work.users.mark_demo(user.user_id)
        if login is None:
            work.logins.save(Login(user.user_id, user.user_id, millis(work.now)))


def _add_customer(work: UnitOfWork, directory: Directory, name: str, origin: str, email: str | None) -> User:
    user_id = make_user_id(name, lambda other: work.users.find(other) is not None, email)
    user = User(user_id, unicodedata.normalize("NFC", name), Role.CUSTOMER, email)
    work.users.save(user, work.now)
    work.apply(rules.enrol(user), Caller(user, origin=origin))
    work.after_commit(partial(directory.add, user))
    return user


def _remember(directory: Directory, user: User, login: Login) -> None:
    directory.add(user)
    directory.bind(login)
