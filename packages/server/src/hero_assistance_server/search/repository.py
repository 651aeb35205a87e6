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

        A customer's words are looked for only in what customers may read.
        """
        ...
