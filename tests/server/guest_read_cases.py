"""Cases of `test_read_your_writes` for the invitations of addresses to tickets."""

from __future__ import annotations

from datetime import timedelta

from hero_assistance_sdk.wire import Millis
from hero_assistance_server.collaborators.model import GuestInvitation
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.read_cases import TICKET, Case, change_nothing, create, sees
from tests.server.store_fixtures import CAROL

GUEST_WRITES = {"guest_invitations.save", "guest_invitations.delete"}
ADDRESS = "erin@example.org"
INVITED = GuestInvitation(ADDRESS, TICKET, CAROL.user_id, Millis(1))


def invite(work: UnitOfWork) -> None:
    create(work)
    work.guest_invitations.save(INVITED)


def withdraw(work: UnitOfWork) -> None:
    work.guest_invitations.delete(TICKET, ADDRESS)


GUEST_CASES: dict[str, Case] = {
    "guest_invitations.find": sees(
        lambda work: work.guest_invitations.find(TICKET, ADDRESS),
        (change_nothing, None),
        (invite, INVITED),
        (withdraw, None),
    ),
    "guest_invitations.list_of_address": sees(
        lambda work: work.guest_invitations.list_of_address(ADDRESS, 9),
        (change_nothing, []),
        (invite, [INVITED]),
        (withdraw, []),
    ),
    "guest_invitations.list_of_ticket": sees(
        lambda work: work.guest_invitations.list_of_ticket(TICKET),
        (change_nothing, []),
        (invite, [INVITED]),
        (withdraw, []),
    ),
    "guest_invitations.prune": sees(
        lambda work: work.guest_invitations.prune(work.now + timedelta(days=1), 9),
        (change_nothing, 0),
        (invite, 1),
        (change_nothing, 0),
    ),
}
