"""Enrols, changes and deactivates users, and revokes their devices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.errors import Taken
from hero_assistance_sdk.wire import Role, TicketId, UserId
from hero_assistance_server.canned_replies.ownership import is_usable
from hero_assistance_server.identity.access import AccessAdministration
from hero_assistance_server.identity.devices.service import REVOKED, DeviceAdministration
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.texts import TextFault, clean_line
from hero_assistance_server.tickets.ticket_update import unassign
from hero_assistance_server.tickets.visibility import visible_ticket
from hero_assistance_server.users import rules
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.ids.user_ids import make_user_id
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User

# As long as a name that a user gives themselves.
NAME_LIMIT = 100
# The tickets that one call unassigns; the next call goes on.
UNASSIGN_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Left:
    """What still counts on a user who cannot work any more: the open tickets, and the macros that assign to them."""

    tickets: Sequence[TicketId] = ()
    macros: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class UserAdministration:
    """Writes users; the directory and the event streams follow each commit.

    Who is deactivated is signed out everywhere, and nothing that let them in counts again when they are reactivated.
    """

    storage: Storage
    directory: Directory
    hub: Hub
    access: AccessAdministration

    def enrol(self, work: UnitOfWork, caller: Caller, *, email: str, name: str, role: Role) -> User:
        """Add a user, whose id is made of the name; raises `Forbidden`, or `Conflict` for an address that is taken."""
        rules.may_enrol(role, administers=caller.administers)
        _refuse_known_email(work, email)
        user_id = make_user_id(name, lambda other: work.users.find(other) is not None, email)
        user = User(user_id, name, role, fold_name(email))
        _add(work, user, caller, self.directory)
        return user

    def add_newcomer(self, work: UnitOfWork, *, email: str, name: str | None, origin: str) -> User:
        """Make a customer of somebody whose address was verified; raises `Forbidden` where none are taken."""
        if not work.project.read().enrol_newcomers:
            raise Forbidden(
                f"{email} is no user of this project",
                hint="an admin adds its users",
                kind=RefusalKind.NOT_ENROLLED,
                values={"email": email},
            )
        try:
            shown = clean_line(name or "")[:NAME_LIMIT].strip()
        except TextFault:
            shown = email.partition("@")[0][:NAME_LIMIT]
        user_id = make_user_id(shown, lambda other: work.users.find(other) is not None, email)
        user = User(user_id, shown, Role.CUSTOMER, fold_name(email))
        _add(work, user, Caller(user, origin=origin), self.directory)
        return user

    def change(self, work: UnitOfWork, caller: Caller, before: User, after: User) -> User:
        """Write what differs; raises `Conflict`. Another role and deactivation end the user's streams."""
        if after.email != before.email and after.email:
            _refuse_known_email(work, after.email)
        change = rules.change(
            before,
            after,
            other_admins=work.users.count_other_admins(before.user_id),
            sharers=work.users.list_sharers(before.user_id),
        )
        if change is not None:
            work.users.save(after, work.now)
            work.apply(change, caller)
            work.after_commit(partial(self._follow, before, after))
            if not after.active:
                self.access.end(work, after.user_id)
            elif after.email != before.email:
                work.sign_in_tokens.delete_of_user(after.user_id)
        return after

    def change_and_unassign(
        self, work: UnitOfWork, caller: Caller, before: User, after: User, *, unassigns: bool
    ) -> tuple[User, Left]:
        """Write what differs, as `change` does; returns the user, and what is left to hand over if they cannot work."""
        if unassigns and after.can_work:
            raise Conflict(
                f"{after.user_id} goes on as an agent",
                hint="unassign is for who becomes a customer or is deactivated",
                kind=RefusalKind.PARAMS_DISAGREE,
            )
        after = self.change(work, caller, before, after)
        if after.can_work:
            return after, Left()
        if unassigns:
            for ticket_id in work.users.list_open_tickets(after.user_id, UNASSIGN_LIMIT):
                _unassign(work, caller, ticket_id)
        # The operator has none of their own.
        agent = None if caller.is_operator else caller.known().user_id
        macros = [macro.macro_id for macro in work.macros.list_assigning(after.user_id) if is_usable(macro, agent)]
        return after, Left(work.users.list_open_tickets(after.user_id, UNASSIGN_LIMIT), macros)

    def _follow(self, before: User, after: User) -> None:
        self.directory.add(after)
        if rules.ends_streams(before, after):
            self.hub.end_reader(after.user_id)
        elif not after.shows_presence:
            self.hub.hide(after.user_id)


def find_user(snapshot: Snapshot, user_id: UserId) -> User:
    """Return a user of this project; raises `NotFound`."""
    user = snapshot.users.find(user_id)
    if user is None:
        raise NotFound(
            f"there is no user {user_id}",
            hint="user.list names everybody",
            kind=RefusalKind.NO_USER,
            values={"user": user_id},
        )
    return user


def revoke_device(work: UnitOfWork, caller: Caller, devices: DeviceAdministration, address: str) -> bool:
    """Unbind a device that the caller may see, and end its streams; returns whether there was one."""
    device = work.devices.find(address)
    if device is None or not caller.looks_after(device.user_id):
        return False
    return devices.unbind(work, caller, device.address, action=REVOKED)


def _add(work: UnitOfWork, user: User, by: Caller, directory: Directory) -> None:
    work.users.save(user, work.now)
    work.apply(rules.enrol(user), by)
    work.after_commit(partial(directory.add, user))


def _refuse_known_email(work: UnitOfWork, email: str) -> None:
    if work.users.find_by_email(fold_name(email)) is not None:
        raise Taken("email", email, "somebody of this project has this e-mail address", hint="user.list names them")


def _unassign(work: UnitOfWork, caller: Caller, ticket_id: TicketId) -> None:
    ticket = visible_ticket(work, caller, ticket_id)
    if ticket.assignee is not None:
        work.apply(unassign(ticket, work.now), caller)
