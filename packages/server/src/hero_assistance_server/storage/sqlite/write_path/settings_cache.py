"""What every change of a ticket asks of the project's settings, in the writer's memory."""

from __future__ import annotations

import apsw

from hero_assistance_server.storage.sqlite.repositories import project
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Targets

# Every statement that writes a setting on this connection calls the function; other writes cost nothing more.
_WATCH = """CREATE TEMP TRIGGER settings_{event} AFTER {event} ON main.settings BEGIN SELECT settings_changed(); END"""


class SettingsCache:
    """The response targets and what customers are shown, read once and forgotten by each write to the settings."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._targets: Targets | None = None
        self._sharing: Sharing | None = None
        connection.create_scalar_function("settings_changed", self._on_write, 0)
        for event in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(_WATCH.format(event=event))

    def targets(self) -> Targets:
        """Return the response targets as they are now."""
        if self._targets is None:
            self._targets = project.targets(self._connection)
        return self._targets

    def sharing(self) -> Sharing:
        """Return what customers are shown of the team's work as it is now."""
        if self._sharing is None:
            self._sharing = project.sharing(self._connection)
        return self._sharing

    def clear(self) -> None:
        """Forget the settings: they changed, or a change of them was rolled back."""
        self._targets = self._sharing = None

    def _on_write(self, *_nothing: object) -> None:
        self.clear()
