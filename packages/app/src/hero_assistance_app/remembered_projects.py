"""The projects that this user opened last, in their own configuration folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_sdk.paths import SERVICE

_FILE = "projects.json"
_FORMAT = 1


class ProjectsFileError(HeroError):
    """The file of remembered projects cannot be read or written."""

    reason = "bad-memory"


@dataclass(frozen=True, slots=True)
class RememberedProjects:
    """The file of remembered projects."""

    path: Path

    @classmethod
    def of_this_user(cls) -> RememberedProjects:
        """Return the file in this platform's folder for settings."""
        return cls(Path(platformdirs.user_config_dir(SERVICE, appauthor=False)) / _FILE)

    def load(self) -> list[str]:
        """Return the remembered addresses, in the order given; raises `ProjectsFileError` for another file."""
        try:
            content = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise self._bad("cannot be read", error) from error
        found = content.get("projects") if isinstance(content, dict) else None
        if not isinstance(found, list) or not all(isinstance(address, str) for address in found):
            raise self._bad("cannot be read", "it holds no list of projects")
        return found

    def save(self, addresses: Sequence[str]) -> None:
        """Replace the remembered addresses in one step, for their owner alone; raises `ProjectsFileError`."""
        content = json.dumps({"format": _FORMAT, "projects": list(addresses)}, indent=2) + "\n"
        try:
            write_atomic(self.path, content.encode())
        except OSError as error:
            raise self._bad("cannot be written", error) from error

    def _bad(self, what: str, why: object) -> ProjectsFileError:
        return ProjectsFileError(f"{self.path} {what}: {why}", hint="give each --project, or remove the file")
