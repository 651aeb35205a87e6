"""What the project's settings need of the storage."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.tickets.sharing import Sharing
from hero_assistance_server.tickets.ticket_update import Targets


class ProjectRepository(Protocol):
    """The settings of the project."""

    def read(self) -> ProjectSettings:
        """Return the settings, each as it was set or as it is by default."""
        ...

    def targets(self) -> Targets:
        """Return how soon the first answer is promised, by priority."""
        ...

    def sharing(self) -> Sharing:
        """Return what customers are shown of the team's work."""
        ...

    def save_changes(self, before: ProjectSettings, after: ProjectSettings) -> None:
        """Write what differs; a setting that stays at its default follows the default of later releases."""
        ...
