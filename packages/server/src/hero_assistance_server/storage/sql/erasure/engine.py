"""The port that erasures run through: what each engine does in its own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.sql.connection import Connection

# What an erasure finds by other indexes: one by these columns would make each new ticket slower.
UNINDEXED = frozenset(
    {
        ("listings", "ticket_id"),
        ("places", "ticket_id"),
        ("status_changes", "changed_by"),
        ("tickets", "assignee"),
        ("tickets", "customer"),
    }
)


class ErasureEngine(Protocol):
    """One connection within the transaction of an erasure; `ids` are JSON arrays."""

    @property
    def connection(self) -> Connection:
        """What the shared statements run on."""
        ...

    def overwriting(self) -> AbstractContextManager[None]:
        """Have what is deleted overwritten, where it would stay readable in the engine's file."""
        ...

    def changeable_trail(self) -> AbstractContextManager[None]:
        """Let the append-only audit trail be changed; a rollback ends that as well."""
        ...

    def list_references(self, parent: str) -> list[tuple[str, str]]:
        """Return each table and column that refers to a table."""
        ...

    def delete_unreferenced(self, parent: str, key: str, ids: str) -> None:
        """Delete rows by their keys; fails where something still refers to one, but for what `UNINDEXED` names."""
        ...

    def rewrite_details(self, rewrite: Callable[[str], str], ids: str) -> None:
        """Put another detail in the place of each that these entries of the trail have."""
        ...

    def drop_documents(self, ids: str) -> None:
        """Delete the search documents of tickets."""
        ...

    def index(self, ticket_ids: Sequence[TicketId]) -> None:
        """Make the search documents of tickets again: at once for a few, else while the server runs."""
        ...
