"""The tables of an engine, read past its repositories."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hero_assistance_server.ticket_lists.list_index import places, scopes
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.timestamps import millis

_SQLITE_NAMES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
_POSTGRES_NAMES = "SELECT tablename FROM pg_tables WHERE schemaname = 'hero_assistance'"


@dataclass(frozen=True, slots=True)
class Tables:
    """Runs statements on a connection of its own."""

    execute: Callable[[str], Iterable[Any]]
    is_sqlite: bool

    def names(self) -> list[str]:
        """Return every table but those of the full-text index, whose words are looked for by searches."""
        found = self.execute(_SQLITE_NAMES if self.is_sqlite else _POSTGRES_NAMES)
        return [name for (name,) in found if not name.startswith("search_index")]

    def find(self, text: str) -> dict[str, list[Any]]:
        """Return the rows of each table that have a text in them, in any case."""
        found: dict[str, list[Any]] = {}
        for table in self.names():
            rows = [row for row in self.execute(f"SELECT * FROM {table}") if text.lower() in repr(row).lower()]  # noqa: S608
            if rows:
                found[table] = rows
        return found

    def leave_out_numbers(self, last: int) -> None:
        """Have the next event numbered behind this number, as a restore does."""
        table, column = ("sqlite_sequence", "seq") if self.is_sqlite else ("last_ids", "last_id")
        self.execute(f"UPDATE {table} SET {column} = {last} WHERE name = 'events'")  # noqa: S608

    def check_lists(self, held: Iterable[Ticket]) -> None:
        """The lists and counters are what all tickets say."""
        tickets = list(held)
        listed = {
            (scope, one.status.value, millis(one.updated_at), one.ticket_id) for one in tickets for scope in scopes(one)
        }
        assert set(self.execute("SELECT scope, status, at, ticket_id FROM listings")) == listed
        placed = {(place.user_id, millis(place.at), one.ticket_id) for one in tickets for place in places(one)}
        assert set(self.execute("SELECT user_id, at, ticket_id FROM places")) == placed
        for scope, status, count in self.execute("SELECT scope, status, count FROM tallies"):
            assert count == sum(row[:2] == (scope, status) for row in listed), scope
