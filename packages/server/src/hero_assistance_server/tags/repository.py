"""What tags need of the storage."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.tags.model import TagCount


class TagRepository(Protocol):
    """The tags that tickets have."""

    def list_after(self, tag: str, limit: int) -> list[TagCount]:
        """Return the first tags behind `tag`, by name."""
        ...

    def list_tickets(self, tag: str, limit: int) -> list[TicketId]:
        """Return some of the tickets that have a tag."""
        ...
