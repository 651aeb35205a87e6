"""File names with the time in them, such as `hero_assistance-20261122T120000Z.tar`; they sort by time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class TimestampedNames:
    """The names of one kind of file or folder: prefix, time, suffix."""

    prefix: str
    suffix: str = ""

    def name(self, at: datetime) -> str:
        """Return the name for a time in UTC."""
        return f"{self.prefix}{at:{_STAMP}}{self.suffix}"

    def is_name(self, path: Path) -> bool:
        """Whether a path's name is one of these."""
        try:
            self.time_of(path)
        except ValueError:
            return False
        return True

    def time_of(self, path: Path) -> datetime:
        """Return the time in a path's name; raises `ValueError` for another name."""
        return datetime.strptime(path.name, f"{self.prefix}{_STAMP}{self.suffix}").replace(tzinfo=UTC)
