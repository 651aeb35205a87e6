"""Ends the access of the demo users, so that a desk that was tried out can be a real one."""

from __future__ import annotations

from dataclasses import replace

from hero_assistance_server.identity.access import delete_credentials
from hero_assistance_server.identity.permissions import OPERATOR_ORIGIN, Caller
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.users import rules
from hero_assistance_server.users.login_service import UNBOUND
from hero_assistance_server.users.model import User

# A demo user has one.
_LOGINS = 100
_OPERATOR = Caller(None, origin=OPERATOR_ORIGIN, is_operator=True)


def remove_demo_users(work: UnitOfWork) -> list[User]:
    """Deactivate the demo users, and free their names; returns who they were."""
    found = work.users.list_demo()
    for user in found:
        _remove(work, user)
    return found


def _remove(work: UnitOfWork, user: User) -> None:
    """Deactivate a user, who may be the only admin: the next one is made by `hero_assistance setup`."""
    after = replace(user, active=False)
    change = rules.change(user, after, other_admins=1, sharers=work.users.list_sharers(user.user_id))
    if change is not None:
        work.users.save(after, work.now)
        work.apply(change, _OPERATOR)
    for session in [*work.sessions.iterate_for(user.user_id)]:
        work.sessions.delete(session.session_id)
    for device in [*work.devices.iterate_for(user.user_id)]:
        work.devices.delete(device.address)
    delete_credentials(work, user.user_id)
    for login in work.logins.list_after("", _LOGINS, user.user_id):
        work.logins.delete(login.login)
        work.record_audit_entry(UNBOUND, _OPERATOR, {"user_id": user.user_id, "login": login.login})
