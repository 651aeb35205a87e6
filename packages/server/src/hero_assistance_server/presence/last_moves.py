"""The last event that told who sees each ticket: what was read before it may be out of date."""

from __future__ import annotations

from dataclasses import dataclass, field

from hero_assistance_sdk.wire import Seq, TicketId

# Minutes of a busy desk; a read of a ticket takes milliseconds.
KEPT = 10_000
_NONE = Seq(0)


@dataclass(slots=True)
class LastMoves:
    """The newest events of `KEPT` tickets; of all others it is known that theirs are older than some number."""

    _moves: dict[TicketId, Seq] = field(default_factory=dict)
    _others: Seq = _NONE

    def note(self, ticket_id: TicketId, seq: Seq) -> None:
        """Note the event of a ticket; they come in the order of their numbers."""
        self._moves.pop(ticket_id, None)
        self._moves[ticket_id] = seq
        if len(self._moves) > KEPT:
            self._others = self._moves.pop(next(iter(self._moves)))

    def is_after(self, ticket_id: TicketId, seq: Seq) -> bool:
        """Whether an event behind this number may have told who sees a ticket."""
        return self._moves.get(ticket_id, self._others) > seq
