"""What every change of a ticket asks of the project's settings, in the writer's memory."""

from __future__ import annotations

import apsw

from hero_assistance_server.storage.sql.repositories.project import TicketSettings, ticket_settings
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Targets

# Every statement that writes a setting on this connection calls the function; other writes cost nothing more.
_WATCH = """CREATE TEMP TRIGGER settings_{event} AFTER {event} ON main.settings BEGIN SELECT settings_changed(); END"""


class SettingsCache:
    """The response targets and what customers are shown, read once and forgotten by each write to the settings."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._found: TicketSettings | None = None
        connection.create_scalar_function("settings_changed", self._on_write, 0)
        for event in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(_WATCH.format(event=event))

    def targets(self) -> Targets:
        """Return the response targets as they are now."""
        return self._read().targets

    def sharing(self) -> Sharing:
        """Return what customers are shown of the team's work as it is now."""
        return self._read().sharing

    def clear(self) -> None:
        """Forget the settings: they changed, or a change of them was rolled back."""
        self._found = None

    def _read(self) -> TicketSettings:
        if self._found is None:
            self._found = ticket_settings(self._connection)
        return self._found

    def _on_write(self, *_nothing: object) -> None:
        self.clear()
