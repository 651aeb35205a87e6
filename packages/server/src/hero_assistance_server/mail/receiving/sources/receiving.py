"""What the sources of mail share."""

from __future__ import annotations

from dataclasses import dataclass, field

from hero_assistance_server.desk import Desk
from hero_assistance_server.mail.receiving.intake import Intake
from hero_assistance_server.mail.receiving.sources.imap_tries import FetchTries


@dataclass
class Receiving:
    """The objects that the sources share."""

    desk: Desk
    intake: Intake
    tries: FetchTries = field(default_factory=FetchTries)

    def note_health(self, condition: str) -> None:
        """Say that a source works."""
        self.desk.health.clear(condition)
