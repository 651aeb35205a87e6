"""What every change of a ticket asks of the project's settings, in the writer's memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hero_assistance_server.storage.sql.connection import Connection
from hero_assistance_server.storage.sql.repositories.project import (
    TicketSettings,
    decode_ticket_settings,
    ticket_settings,
)
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Targets


class SettingsCache:
    """The response targets and what customers are shown, read once until they are cleared."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: TicketSettings | None = None

    def targets(self) -> Targets:
        """Return the response targets as they are now."""
        return self._read().targets

    def sharing(self) -> Sharing:
        """Return what customers are shown of the team's work as it is now."""
        return self._read().sharing

    def clear(self) -> None:
        """Forget the settings: they changed, or a change was rolled back."""
        self._found = None

    def keep(self, rows: Iterable[Any]) -> None:
        """Take the settings from rows that were read in this transaction."""
        self._found = decode_ticket_settings(rows)

    def _read(self) -> TicketSettings:
        if self._found is None:
            self._found = ticket_settings(self._connection)
        return self._found
