"""What every change of a ticket asks of the project's settings, for one group of commands."""

from __future__ import annotations

from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
from hero_assistance_server.storage.sql.repositories.project import TicketSettings, ticket_settings
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Targets


class SettingsCache:
    """The response targets and what customers are shown, read once in a group: another node may change them after it.

    A write to the settings within the group makes them forgotten: the connection says which tables are written to.
    """

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection
        self._found: TicketSettings | None = None
        self._written = 0

    def targets(self) -> Targets:
        """Return the response targets as they are now."""
        return self._read().targets

    def sharing(self) -> Sharing:
        """Return what customers are shown of the team's work as it is now."""
        return self._read().sharing

    def clear(self) -> None:
        """Forget the settings."""
        self._found = None

    def _read(self) -> TicketSettings:
        if self._found is None or self._written != self._connection.writes_to_settings:
            self._written = self._connection.writes_to_settings
            self._found = ticket_settings(self._connection)
        return self._found
