"""Invites somebody to a ticket by their e-mail address, and tells who takes part in it.

An agent makes who has the address a collaborator at once. A customer shares their ticket with the address itself: it
is shown until its user joins, so that nothing tells a customer whether an address is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.wire import Millis, Role, TicketId
from hero_assistance_server.collaborators import rules
from hero_assistance_server.collaborators.letters import guest_letter
from hero_assistance_server.collaborators.model import GuestInvitation
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.identity.sign_in.discarded_letters import discard_letter
from hero_assistance_server.identity.sign_in.letters import LetterQueue
from hero_assistance_server.identity.sign_in.links import Links
from hero_assistance_server.identity.sign_in.rules import INVITATION
from hero_assistance_server.languages.registry import choose_language
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.tickets import change_service
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.visibility import visible_ticket
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users import rules as user_rules
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User
from hero_assistance_server.users.service import NAME_LIMIT, UserAdministration, find_user

INVITED, WITHDRAWN = "ticket.address_invited", "ticket.address_withdrawn"
# That a customer has invited no newcomer, and which user has the address, if one has.
FOUND = "ticket.address_found"
# Of one address, as one answer lists them.
INVITATIONS_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Participants:
    """Who takes part in a ticket; `since` is when its customer became a user, which customers are not told.

    `invited` are the addresses that have not joined: those with whom its customer shares it.
    """

    customer: User
    since: Millis | None
    collaborators: tuple[User, ...]
    followers: tuple[User, ...]
    invited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Invitees:
    """The use case of inviting by an address."""

    users: UserAdministration
    letters: LetterQueue
    links: Links

    def invite(self, work: UnitOfWork, caller: Caller, ticket_id: TicketId, email: str) -> Ticket:
        """Share a ticket with who has this address, who gets a letter, once; returns the ticket as it is then.

        Raises `NotFound`, `Forbidden` or `Conflict`.
        """
        by, ticket, address = caller.known(), visible_ticket(work, caller, ticket_id), fold_name(email)
        rules.may_invite(ticket=ticket, by=by)
        if by.is_staff:
            return self._add(work, caller, ticket, address)
        if not rules.has_address(by, address):
            self._share(work, caller, ticket, address)
        return ticket

    def _add(self, work: UnitOfWork, caller: Caller, ticket: Ticket, address: str) -> Ticket:
        known = work.users.find_by_email(address)
        guest = known or self._enrol(work, caller, address)
        if guest.user_id in ticket.people:
            work.guest_invitations.delete(ticket.ticket_id, address)
            return ticket
        after = change_service.add_guest(work, caller, ticket, guest)
        self._write(work, caller, ticket, address, guest, is_new=known is None)
        return after

    def _share(self, work: UnitOfWork, caller: Caller, ticket: Ticket, address: str) -> None:
        """Note the address; what follows from whether a user has it, the letter alone tells."""
        waiting = _list_waiting(work, ticket.ticket_id, work.now)
        if any(one.address == address for one in waiting):
            return
        rules.check_shareable(ticket=ticket, waiting=len(waiting))
        by = caller.known().user_id
        # One that has ended makes room for the new one.
        work.guest_invitations.delete(ticket.ticket_id, address)
        work.guest_invitations.save(GuestInvitation(address, ticket.ticket_id, by, millis(work.now)))
        work.record_audit_entry(INVITED, caller, {"ticket_id": str(ticket.ticket_id)})
        known = work.users.find_by_email(address)
        if known is None and work.project.read().enrol_newcomers:
            self._write(work, caller, ticket, address, self._enrol(work, caller, address), is_new=True)
            return
        # As many events and entries as a newcomer makes: who counts them learns nothing.
        work.record_event(user_rules.announce(caller.known()))
        of_user: dict[str, str] = {} if known is None else {"user_id": known.user_id}
        work.record_audit_entry(FOUND, caller, {"ticket_id": str(ticket.ticket_id), **of_user})
        self._write(work, caller, ticket, address, known)

    def _write(
        self,
        work: UnitOfWork,
        caller: Caller,
        ticket: Ticket,
        address: str,
        reader: User | None,
        *,
        is_new: bool = False,
    ) -> None:
        """Send the letter to who has the address; the link in it signs in a new user."""
        issued = self.links.issue(work, address, reader, INVITATION) if is_new else None
        project = work.project.read()
        language = choose_language(reader, project)
        letter = guest_letter(language, project, ticket.ticket_id, to=address, by=caller.known(), issued=issued)
        if reader is not None and reader.active:
            self.letters.queue(work, letter)
        else:
            discard_letter(work, letter)

    def _enrol(self, work: UnitOfWork, caller: Caller, address: str) -> User:
        name = address.partition("@")[0][:NAME_LIMIT]
        return self.users.enrol(work, caller, email=address, name=name, role=Role.CUSTOMER)


def withdraw(work: UnitOfWork, caller: Caller, ticket_id: TicketId, email: str) -> None:
    """Take back an invitation, or decline one's own; raises `NotFound` or `Forbidden`."""
    by, address = caller.known(), fold_name(email)
    if not rules.has_address(by, address):
        rules.may_withdraw(ticket=visible_ticket(work, caller, ticket_id), by=by)
    if work.guest_invitations.find(ticket_id, address) is not None:
        work.guest_invitations.delete(ticket_id, address)
        work.record_audit_entry(WITHDRAWN, caller, {"ticket_id": str(ticket_id)})


def join(work: UnitOfWork, caller: Caller, ticket_id: TicketId) -> Ticket:
    """Make the caller a collaborator of a ticket that was shared with their address; raises `NotFound`."""
    ticket, me = work.tickets.find(ticket_id), caller.known()
    address = fold_name(me.email or "")
    if ticket is not None and caller.sees(ticket):
        work.guest_invitations.delete(ticket_id, address)
        return ticket
    invitation = work.guest_invitations.find(ticket_id, address)
    by = None if invitation is None else work.users.find(invitation.invited_by)
    joined = rules.may_join(ticket=ticket, invitation=invitation, invited_by=by, now=work.now)
    return change_service.add_guest(work, caller, joined, me)


def list_invitations(snapshot: Snapshot, caller: Caller, now: datetime) -> list[tuple[GuestInvitation, User]]:
    """Return the tickets that are shared with the caller's address, and who shares each."""
    address = fold_name(caller.known().email or "")
    if not address or caller.is_staff:
        return []
    found = snapshot.guest_invitations.list_of_address(address, INVITATIONS_LIMIT)
    return [(one, by) for one in found if (by := _find_inviter(snapshot, caller, one, now)) is not None]


def _find_inviter(snapshot: Snapshot, caller: Caller, invitation: GuestInvitation, now: datetime) -> User | None:
    """Return who shares a ticket that the caller can join, and does not see already; `None` for another one."""
    ticket, by = snapshot.tickets.find(invitation.ticket_id), snapshot.users.find(invitation.invited_by)
    try:
        ticket = rules.may_join(ticket=ticket, invitation=invitation, invited_by=by, now=now)
    except NotFound:
        return None
    return None if caller.sees(ticket) else by


def _list_waiting(snapshot: Snapshot, ticket_id: TicketId, now: datetime) -> list[GuestInvitation]:
    return [one for one in snapshot.guest_invitations.list_of_ticket(ticket_id) if rules.counts(one, now)]


def list_participants(snapshot: Snapshot, caller: Caller, ticket_id: TicketId, now: datetime) -> Participants:
    """Return who takes part in a ticket, as far as the caller may know; raises `NotFound`."""
    ticket = visible_ticket(snapshot, caller, ticket_id)
    followers = ticket.followers if caller.is_staff else ()
    invited = _list_waiting(snapshot, ticket_id, now) if rules.shares(ticket=ticket, by=caller.known()) else []
    return Participants(
        customer=find_user(snapshot, ticket.customer),
        since=snapshot.users.created_at(ticket.customer) if caller.is_staff else None,
        collaborators=tuple(find_user(snapshot, user_id) for user_id in ticket.collaborators),
        followers=tuple(find_user(snapshot, user_id) for user_id in followers),
        invited=tuple(one.address for one in invited),
    )
