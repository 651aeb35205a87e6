"""`ticket.invite_address`, `ticket.join` and `ticket.people`: who takes part in a ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import NoParams, Result
from hero_assistance_server import serializers
from hero_assistance_server.collaborators.service import Invitees, join, list_invitations, list_participants, withdraw
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.rpc.example_fixtures import BOB, CAROL, CAROLS_TICKET, TICKET
from hero_assistance_server.rpc.params import Email, TicketParams
from hero_assistance_server.rpc.registry import MethodRegistry

_INVITES = Example(
    "Carol wants Erin to see it too; who has the address is a collaborator once they join",
    "carol",
    {"ticket_id": 1, "email": "Erin@example.org"},
    CAROLS_TICKET,
)
_ADDS = Example(
    "An agent wants Erin to see it too",
    "bob",
    {"ticket_id": 1, "email": "Erin@example.org"},
    TICKET | {"collaborators": ["erin"]},
)
_DAVE = Call("alice", "user.update", {"user_id": "dave", "email": "dave@example.org"})
_SHARED = Call("carol", "ticket.invite_address", {"ticket_id": 1, "email": "dave@example.org"})
_JOINS = Example(
    "Dave follows the link of the letter that he got",
    "dave",
    {"ticket_id": 1},
    CAROLS_TICKET | {"collaborators": ["dave"]},
    after=(_DAVE, _SHARED),
)
_OFFERS = Example(
    "Dave looks what is shared with him",
    "dave",
    {},
    {"invitations": [{"ticket_id": 1, "invited_by": "Carol", "invited_at": 1}]},
    after=(_DAVE, _SHARED),
    varies=frozenset({"invitations"}),
)
_WITHDRAWS = Example(
    "Carol mistyped the address",
    "carol",
    {"ticket_id": 1, "email": "dave@example.org"},
    {"ticket_id": 1},
    after=(_SHARED,),
)
_ALICE = BOB | {"user_id": "alice", "name": "Alice", "role": "admin"}
_LISTS = Example(
    "An agent looks who takes part",
    "bob",
    {"ticket_id": 1},
    {"customer": CAROL, "customer_since": 1, "collaborators": [], "followers": [BOB, _ALICE], "invited": []},
    varies=frozenset({"customer_since"}),
)


class Invite(TicketParams):
    """A ticket, and the address of who is to see it, or no longer is."""

    email: Email


class TicketPeople(Result):
    """Who takes part in a ticket; customers are not told since when, and of no followers."""

    customer: wire.User
    customer_since: wire.Millis | None
    collaborators: list[wire.User]
    followers: list[wire.User]
    invited: Annotated[
        list[str],
        Field(description="Addresses that its customer shares it with and that have not joined; not for guests."),
    ]


class Invitation(Result):
    """A ticket that is shared with the caller's address, which they have not joined."""

    ticket_id: wire.TicketId
    invited_by: str
    invited_at: wire.Millis


class Withdrawn(Result):
    """The ticket."""

    ticket_id: wire.TicketId


class Invitations(Result):
    """What is shared with the caller's address, by the number of the ticket; at most 50."""

    invitations: list[Invitation]


def add_methods(table: MethodRegistry, invitees: Invitees, clock: Callable[[], datetime]) -> None:
    """Register the methods."""
    storage = invitees.users.storage

    @table.method(
        "ticket.invite_address",
        allow=KNOWN,
        adds=Usage.INVITATIONS,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable],
        examples=[_INVITES, _ADDS],
    )
    async def invite_address(caller: Caller, params: Invite) -> Encoded[wire.Ticket]:
        """Share a ticket with who has an e-mail address: an agent any ticket, a customer their own.

        They get a letter, and see it and reply like its customer: who was invited by an agent at once, and by a
        customer as soon as they join. The answer does not tell a customer whether a user has the address, and
        `ticket.people` shows the address until they join, for seven days. Who is new becomes a customer; where the
        setting `enrol_newcomers` is off, an agent has to invite them.
        """
        return await storage.write(
            lambda work: work.serialize_ticket(invitees.invite(work, caller, params.ticket_id, params.email), caller)
        )

    @table.method(
        "ticket.people",
        allow=KNOWN,
        page=True,
        errors=[Unauthenticated, NotFound, Unavailable],
        examples=[_LISTS],
    )
    async def people(caller: Caller, params: TicketParams) -> TicketPeople:
        """List who takes part in a ticket: its customer, the collaborators, and for agents the followers."""
        found = await storage.read(lambda snapshot: list_participants(snapshot, caller, params.ticket_id, clock()))
        staff = caller.is_staff
        return TicketPeople(
            customer=serializers.user(found.customer, staff=staff),
            customer_since=found.since,
            collaborators=[serializers.user(one, staff=staff) for one in found.collaborators],
            followers=[serializers.user(one, staff=staff) for one in found.followers],
            invited=list(found.invited),
        )

    _add_guest_methods(table, invitees, clock)


def _add_guest_methods(table: MethodRegistry, invitees: Invitees, clock: Callable[[], datetime]) -> None:
    storage = invitees.users.storage

    @table.method(
        "ticket.uninvite_address",
        allow=KNOWN,
        adds=Usage.CHANGES,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Unavailable],
        examples=[_WITHDRAWS],
    )
    async def uninvite_address(caller: Caller, params: Invite) -> Withdrawn:
        """Take back the invitation of an address that has not joined: its customer or an agent, or who has it."""
        await storage.write(lambda work: withdraw(work, caller, params.ticket_id, params.email))
        return Withdrawn(ticket_id=params.ticket_id)

    @table.method(
        "ticket.join",
        allow=KNOWN,
        adds=Usage.CHANGES,
        page=True,
        errors=[Unauthenticated, NotFound, Unavailable],
        examples=[_JOINS],
    )
    async def join_(caller: Caller, params: TicketParams) -> Encoded[wire.Ticket]:
        """Become a collaborator of a ticket that its customer shares with the caller's address, within seven days.

        The invitation ends with the account of who has invited, too.
        """
        return await storage.write(lambda work: work.serialize_ticket(join(work, caller, params.ticket_id), caller))

    @table.method(
        "ticket.invitations", allow=KNOWN, page=True, errors=[Unauthenticated, Unavailable], examples=[_OFFERS]
    )
    async def invitations(caller: Caller, _params: NoParams) -> Invitations:
        """List the tickets that are shared with the caller's address and that they have not joined."""
        found = await storage.read(lambda snapshot: list_invitations(snapshot, caller, clock()))
        shown = [
            Invitation(ticket_id=one.ticket_id, invited_by=by.name, invited_at=one.invited_at) for one, by in found
        ]
        return Invitations(invitations=shown)
