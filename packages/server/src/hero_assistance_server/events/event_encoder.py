"""Encodes tickets and events as JSON; the event and the answer share the JSON of a ticket."""

from __future__ import annotations

from collections.abc import Callable

from hero_assistance_sdk import wire
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_server import serializers
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.sharing import Sharing


class Encoder:
    """Encodes for one command; it keeps the last ticket for each audience, to which the command's answer belongs.

    `sharing` tells what customers are shown of the team's work.
    """

    __slots__ = ("_last", "sharing")

    def __init__(self, sharing: Callable[[], Sharing] = Sharing) -> None:
        self.sharing = sharing
        self._last: dict[bool, tuple[Ticket, bytes]] = {}

    def ticket(self, ticket: Ticket, *, staff: bool) -> bytes:
        """Return the JSON of a `wire.Ticket` for this audience."""
        inside = staff or serializers.is_shown_alike(ticket, self.sharing())
        last = self._last.get(inside)
        if last is not None and last[0] is ticket:
            return last[1]
        made = serializers.ticket(ticket, staff=inside, sharing=self.sharing()).model_dump_json().encode()
        self._last[inside] = (ticket, made)
        return made

    def event(self, change: AnyChange, seq: wire.Seq, *, staff: bool) -> str:
        """Return the JSON of a `wire.Event` for this audience."""
        made = Encoded.of(
            wire.Event,
            seq=seq,
            kind=change.kind.name,
            ticket=None if change.ticket is None else self.ticket(change.ticket, staff=staff),
            message=None if change.message is None else serializers.message(change.message),
            record=serializers.record(change.record, staff=staff),
        )
        return made.json.decode()
