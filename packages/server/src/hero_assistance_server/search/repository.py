"""What the search needs of the storage."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_server.search.filters import Filter
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User


class SearchRepository(Protocol):
    """The search index; `UnitOfWork.apply` writes it."""

    def find(self, filter_: Filter, reader: User, before: int, limit: int) -> list[Ticket]:
        """Return the tickets that match and that `reader` sees, newest first, with ids less than `before`.

        A customer's words are looked for only in what customers may read. A filter that asks for words finds nothing
        when none of them can be looked for.
        """
        ...

    def count_missing(self) -> int:
        """Return how many tickets, the oldest ones, are not in the index yet: it is made again after an upgrade."""
        ...

    def index_missing(self) -> int:
        """Write some of them into the index, only in a unit of work; returns how many are missing then."""
        ...
