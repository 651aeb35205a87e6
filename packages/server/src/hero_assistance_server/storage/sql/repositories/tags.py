"""Tags, which are scopes of tallies and listings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.tags.model import TagCount
from hero_assistance_server.ticket_lists.list_index import ACTIVE, of_tag

_FIRST = of_tag("")
# Behind every scope of a tag: the character after the colon.
_LAST = _FIRST[:-1] + ";"
_STATUSES = ", ".join(f"'{status.value}'" for status in sorted(ACTIVE))
_COUNTS = f"""SELECT scope, sum(count), sum(CASE WHEN status IN ({_STATUSES}) THEN count ELSE 0 END) FROM tallies
    WHERE scope > ? AND scope < ? GROUP BY scope HAVING sum(count) > 0 ORDER BY scope LIMIT ?"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class SqlTags:
    """Implements `TagRepository`; its rows follow from tickets and wait for them."""

    session: StorageSession

    def list_after(self, tag: str, limit: int) -> list[TagCount]:
        """Read the scopes of tags behind `tag`, with the tickets of each status counted."""
        rows: Iterable[tuple[str, int, int]] = self.session.complete.execute(_COUNTS, (of_tag(tag), _LAST, limit))
        return [TagCount(scope.removeprefix(_FIRST), count, active) for scope, count, active in rows]

    def list_tickets(self, tag: str, limit: int) -> list[TicketId]:
        """Read the first tickets in the tag's scope, in no promised order."""
        rows: Iterable[tuple[int]] = self.session.complete.execute(
            "SELECT ticket_id FROM listings WHERE scope = ? LIMIT ?", (of_tag(tag), limit)
        )
        return [TicketId(ticket_id) for (ticket_id,) in rows]
