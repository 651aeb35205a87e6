"""Implements `ErasureEngine` in SQLite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import apsw

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sql.search import search_index
from hero_assistance_server.storage.sql.tickets import tickets
from hero_assistance_server.storage.sqlite.erasure import references
from hero_assistance_server.storage.sqlite.erasure.audit_trail import changeable
from hero_assistance_server.storage.sqlite.erasure.overwriting import overwriting
from hero_assistance_server.storage.sqlite.search import rebuild

# More tickets than this are indexed in the background, so that nothing waits for it.
INDEXED_AT_ONCE = 100
_REWRITE = "UPDATE audit SET detail = rewritten(detail) WHERE audit_id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class SqliteErasureEngine:
    """Takes off what holds an erasure up, and keeps the search index in the same transaction."""

    connection: apsw.Connection

    def overwriting(self) -> AbstractContextManager[None]:
        """Overwrite what is deleted with zeros."""
        return overwriting(self.connection)

    def changeable_trail(self) -> AbstractContextManager[None]:
        """Take the triggers off that refuse changes of the trail."""
        return changeable(self.connection)

    def list_references(self, parent: str) -> list[tuple[str, str]]:
        """Read the foreign keys of every table."""
        return references.list_references(self.connection, parent)

    def delete_unreferenced(self, parent: str, key: str, ids: str) -> None:
        """Look for what refers to the rows by its indexes; raises `apsw.ConstraintError`."""
        references.delete_unreferenced(self.connection, parent, key, ids)

    def rewrite_details(self, rewrite: Callable[[str], str], ids: str) -> None:
        """Have the statement call the function for each entry."""
        self.connection.create_scalar_function("rewritten", lambda *args: rewrite(str(args[0])), 1)
        self.connection.execute(_REWRITE, (ids,))

    def drop_documents(self, ids: str) -> None:
        """Delete rows of the full-text table."""
        self.connection.execute("DELETE FROM search_index WHERE rowid IN (SELECT value FROM json_each(?))", (ids,))

    def index(self, ticket_ids: Sequence[TicketId]) -> None:
        """Write up to `INDEXED_AT_ONCE` documents, or leave all to the rebuild."""
        if len(ticket_ids) > INDEXED_AT_ONCE:
            rebuild.index_below(self.connection, TicketId(max(ticket_ids) + 1))
            return
        found = (tickets.find(self.connection, ticket_id) for ticket_id in ticket_ids)
        search_index.index(self.connection, [ticket for ticket in found if ticket is not None])
