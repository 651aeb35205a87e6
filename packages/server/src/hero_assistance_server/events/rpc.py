"""`event.*`: events for clients that poll instead of reading the stream."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded, array
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.events.service import list_events
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.rpc.example_fixtures import NOTE, TICKET
from hero_assistance_server.rpc.params import ID_LIMIT, PAGE_LIMIT
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.users.model import User

_NOTED = {"seq": 3, "kind": "message.noted", "ticket": TICKET, "message": NOTE, "record": None}
_LISTS = (
    Example("An agent asks what is new", "bob", {"since": 2}, {"events": [_NOTED], "seq": 3, "reset": False}),
    Example("To a customer a note is nothing new", "carol", {"since": 2}, {"events": [], "seq": 3, "reset": False}),
)

Since = Annotated[int, Field(ge=0, lt=ID_LIMIT, description="The number of the last event that is known; 0: of none.")]


class ListEvents(Params):
    """After which event, and how many at most."""

    since: Since
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_LIMIT


class EventList(Result):
    """The events after `since` that the caller may know of, in their order; go on from `seq`.

    With `reset` they are not kept any more, or `since` is none of this server: fetch a snapshot, and go on from `seq`.
    """

    events: list[wire.Event]
    seq: wire.Seq
    reset: bool


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the method."""

    @table.method("event.list", allow=KNOWN, errors=[Unauthenticated, Unavailable], examples=_LISTS)
    async def list_(caller: Caller, params: ListEvents) -> Encoded[EventList]:
        """List the events after a number, as on the stream; `GET /events` sends them as they happen."""
        reader = caller.known()
        return await storage.read(lambda snapshot: _list(snapshot, reader, params))


def _list(snapshot: Snapshot, reader: User, params: ListEvents) -> Encoded[EventList]:
    page = list_events(snapshot, reader, wire.Seq(params.since), params.limit)
    texts = array(text.encode() for text in page.texts)
    return Encoded.of(EventList, events=texts, seq=page.seq, reset=page.reset)
