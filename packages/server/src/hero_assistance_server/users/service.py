"""Enrols, changes and deactivates users, and revokes their devices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound
from hero_assistance_sdk.wire import Role, TicketId, UserId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork
from hero_assistance_server.tickets.ticket_update import Patch, update
from hero_assistance_server.tickets.visibility import visible_ticket
from hero_assistance_server.users import rules
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.model import Device, User

# The tickets that one call unassigns; the next call goes on.
UNASSIGN_LIMIT = 200


@dataclass(frozen=True, slots=True)
class UserAdministration:
    """Writes users; the directory and the event streams follow each commit."""

    storage: Storage
    directory: Directory
    hub: Hub

    def enrol(
        self, work: UnitOfWork, caller: Caller, *, email: str, name: str, role: Role, user_id: UserId | None
    ) -> User:
        """Add a user; raises `Forbidden`, or `Conflict` for an address or an id that is taken."""
        rules.may_enrol(caller.known(), role)
        _refuse_known_email(work, email)
        chosen = user_id or rules.make_user_id(name, lambda other: work.users.find(other) is not None)
        if work.users.find(chosen) is not None:
            raise Conflict(f"there is a user {chosen} already", hint="user.update changes them")
        user = User(chosen, name, role, email.lower())
        _add(work, user, caller, self.directory)
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
        return after

    def deactivate(
        self, work: UnitOfWork, caller: Caller, user_id: UserId, *, unassign: bool
    ) -> tuple[User, Sequence[TicketId]]:
        """Deactivate a user; returns the user and the open tickets that are still assigned to them."""
        before = find_user(work, user_id)
        after = self.change(work, caller, before, replace(before, active=False))
        if unassign:
            for ticket_id in work.users.list_open_tickets(user_id, UNASSIGN_LIMIT):
                _unassign(work, caller, ticket_id)
        return after, work.users.list_open_tickets(user_id, UNASSIGN_LIMIT)

    def _follow(self, before: User, after: User) -> None:
        self.directory.add(after)
        if rules.ends_streams(before, after):
            self.hub.end_reader(after.user_id)
        elif not after.shows_presence:
            self.hub.hide(after.user_id)


def enrol_newcomer(work: UnitOfWork, directory: Directory, user_id: UserId, *, origin: str) -> User:
    """Return the user with this id, a new customer when there is none."""
    # Two first requests can meet here; the second finds the user of the first.
    known = work.users.find(user_id)
    if known is not None:
        work.after_commit(partial(directory.add, known))
        return known
    user = User(user_id, user_id, Role.CUSTOMER)
    _add(work, user, Caller(user, origin=origin), directory)
    return user


def find_user(snapshot: Snapshot, user_id: UserId) -> User:
    """Return a user of this project; raises `NotFound`."""
    user = snapshot.users.find(user_id)
    if user is None:
        raise NotFound(f"there is no user {user_id}", hint="user.list names everybody")
    return user


def iterate_devices(
    snapshot: Snapshot, caller: Caller, user_id: UserId, after: tuple[int, str] = (0, "")
) -> Iterator[Device]:
    """Yield a user's devices behind a time and an address; raises `Forbidden`."""
    if not _may_see_devices(caller, user_id):
        raise Forbidden("others' devices are for admins")
    return snapshot.devices.iterate_for(user_id, after)


def revoke_device(work: UnitOfWork, caller: Caller, hub: Hub, address: str) -> bool:
    """Delete a device that the caller may see, and end its user's streams; returns whether there was one."""
    device = work.devices.find(address)
    if device is None or not _may_see_devices(caller, device.user_id):
        return False
    work.devices.delete(device.address)
    work.record_audit_entry("user.revoked", caller, {"user_id": device.user_id, "address": device.address})
    work.after_commit(partial(hub.end_reader, device.user_id))
    return True


def _may_see_devices(caller: Caller, user_id: UserId) -> bool:
    user = caller.known()
    return user.user_id == user_id or user.role is Role.ADMIN


def _add(work: UnitOfWork, user: User, by: Caller, directory: Directory) -> None:
    work.users.save(user, work.now)
    work.apply(rules.enrol(user), by)
    work.after_commit(partial(directory.add, user))


def _refuse_known_email(work: UnitOfWork, email: str) -> None:
    if work.users.find_by_email(email.lower()) is not None:
        raise Conflict("somebody of this project has this e-mail address", hint="user.list names them")


def _unassign(work: UnitOfWork, caller: Caller, ticket_id: TicketId) -> None:
    change = update(
        ticket=visible_ticket(work, caller, ticket_id),
        by=caller.known(),
        patch=Patch(assignee=None),
        targets=work.project.targets(),
        now=work.now,
    )
    if change is not None:
        work.apply(change, caller)
