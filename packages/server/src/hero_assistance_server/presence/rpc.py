"""`presence.*`: the users at a ticket right now."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.rpc.params import KnownTicketId
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Storage
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.visibility import visible_ticket

# Collaborators come and go by hand; that it happens during each of so many reads is no accident.
READS = 5

_LEAVES = Example(
    "A page is closed, whose stream has ended", "bob", {"connection": "Xb3kQ0aZ", "ticket_id": None}, None
)
_LISTS = Example("No user is at any ticket", "bob", {}, {"tickets": []})


class Beat(Params):
    """A screen, the ticket that it shows, and what its user does there."""

    connection: Annotated[
        str,
        StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$"),
        Field(description="The name of the caller's event stream, as its first event says it."),
    ]
    ticket_id: Annotated[KnownTicketId | None, Field(description="Null leaves the ticket.")]
    level: wire.Level = wire.Level.VIEWING
    kind: Annotated[
        wire.MessageKind, Field(description="What is being written; of a note, a customer sees `viewing`.")
    ] = wire.MessageKind.REPLY
    screen: Annotated[
        str,
        StringConstraints(max_length=64, pattern=r"^[!-~]*$"),
        Field(description="Which of the screens that share the stream, such as the tabs of one browser."),
    ] = ""


class Lease(Result):
    """How long others see the caller at the ticket without another beat."""

    lease_ms: int


class Occupied(Result):
    """The tickets with users at them, by id, and those users."""

    tickets: list[wire.TicketPresence]


def add_methods(table: MethodRegistry, storage: Storage, hub: Hub) -> None:
    """Register the methods."""

    @table.method(
        "presence.beat",
        allow=KNOWN,
        adds=Usage.CHANGES,
        page=True,
        errors=[Unauthenticated, Forbidden, NotFound, Conflict, Unavailable],
        examples=[_LEAVES],
    )
    async def beat(caller: Caller, params: Beat) -> Lease | None:
        """Be at a ticket, viewing or writing, until the lease ends, the stream ends, or a beat says otherwise.

        A screen is at one ticket at a time. Send one when the ticket or the level changes, and in between every third
        of the lease. The answer is null to a caller who leaves, or who does not
        show where they are.
        """
        user = caller.known()
        if params.ticket_id is None:
            if hub.has_stream(user.user_id, params.connection):
                hub.presence.leave(params.connection, params.screen)
            return None
        if params.kind is wire.MessageKind.NOTE and not caller.is_staff:
            raise Forbidden("notes are among agents", kind=RefusalKind.TEAM_ONLY)
        ticket = await _read_ticket(storage, hub, caller, params.ticket_id)
        if not hub.has_stream(user.user_id, params.connection):
            raise Conflict(
                "there is no such stream of yours",
                hint="take the connection of an open event stream",
                kind=RefusalKind.PARAMS_DISAGREE,
            )
        if not user.shows_presence:
            hub.presence.close(params.connection)
            return None
        hub.presence.beat(params.connection, user, ticket, params.level, params.kind, params.screen)
        return Lease(lease_ms=round(hub.presence.lease_s * 1000))

    @table.method("presence.list", allow=KNOWN, page=True, errors=[Unauthenticated], examples=[_LISTS])
    async def list_(caller: Caller, _params: NoParams) -> Occupied:
        """List who is at the tickets that the caller sees; the event stream tells what changes."""
        return Occupied(tickets=hub.presence.seen_by(caller.known()))


async def _read_ticket(storage: Storage, hub: Hub, caller: Caller, ticket_id: wire.TicketId) -> Ticket:
    """Return the ticket with the users who see it now; raises `NotFound`."""
    for _ in range(READS):
        ticket, seq = await storage.read(
            lambda snapshot: (visible_ticket(snapshot, caller, ticket_id), snapshot.events.last_seq())
        )
        if not hub.presence.last_moves.is_after(ticket_id, seq):
            return ticket
    raise Unavailable("others see this ticket each time it is read", hint="beat again")
