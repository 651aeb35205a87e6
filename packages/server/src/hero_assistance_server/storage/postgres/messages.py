"""Messages of several tickets in one journey to the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.messages.model import Message
from hero_assistance_server.messages.repository import ThreadPlace
from hero_assistance_server.storage.postgres.database.values import write_array
from hero_assistance_server.storage.sql.repositories.messages import (
    NEWEST,
    SELECT,
    SqlMessages,
    only_replies,
    to_message,
)
from hero_assistance_server.timestamps import millis

# Of each thread; most are no longer.
PORTION = 8
# The names of the authors are looked up for all of them at once.
_ENDS = f"""FROM unnest(?::bigint[]) AS asked (number), LATERAL (SELECT * FROM messages
    WHERE ticket_id = asked.number{{kinds}} {NEWEST} LIMIT {PORTION}) AS messages"""  # noqa: S608
_NEWEST_OF = f"{SELECT.replace('FROM messages', _ENDS)} ORDER BY ticket_id, messages.created_at DESC, message_id DESC"


@dataclass(frozen=True, slots=True)
class PostgresMessages(SqlMessages):
    """Implements `MessageRepository`."""

    def iterate_newest_of(self, ticket_ids: Sequence[TicketId], *, notes: bool) -> list[Iterator[Message]]:
        """Read the ends of all threads by one statement, and of a longer one the rest when it is asked for."""
        threads: dict[TicketId, list[Message]] = {ticket_id: [] for ticket_id in ticket_ids}
        if threads:
            statement = _NEWEST_OF.format(kinds=only_replies(notes))
            for row in self.session.direct.execute(statement, (write_array(threads),)):
                message = to_message(row)
                threads[message.ticket_id].append(message)
        return [chain(threads[ticket_id], self._go_on(threads[ticket_id], notes=notes)) for ticket_id in ticket_ids]

    def _go_on(self, thread: Sequence[Message], *, notes: bool) -> Iterator[Message]:
        if len(thread) == PORTION:
            last = thread[-1]
            place = ThreadPlace(millis(last.created_at), last.message_id)
            yield from self.iterate_newest(last.ticket_id, notes=notes, before=place)
