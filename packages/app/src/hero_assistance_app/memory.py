"""The projects that this person opened last, in their own configuration folder."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.paths import SERVICE

_FILE = "projects.json"
_FORMAT = 1
# Which servers somebody talks to is nobody else's business.
_DIRECTORY_MODE = 0o700


class BadMemory(HeroError):
    """The file of remembered projects cannot be read or written."""

    reason = "bad-memory"


@dataclass(frozen=True, slots=True)
class Memory:
    """The file of remembered projects."""

    path: Path

    @classmethod
    def of_this_person(cls) -> Memory:
        """The file in the folder that this platform keeps settings in."""
        return cls(Path(platformdirs.user_config_dir(SERVICE, appauthor=False)) / _FILE)

    def projects(self) -> list[str]:
        """The remembered addresses, in the order given; raises `BadMemory` for a file not of ours."""
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

    def remember(self, addresses: Sequence[str]) -> None:
        """Replace what is remembered, in one step; raises `BadMemory`."""
        content = json.dumps({"format": _FORMAT, "projects": list(addresses)}, indent=2) + "\n"
        try:
            self._replace(content)
        except OSError as error:
            raise self._bad("cannot be written", error) from error

    def _replace(self, content: str) -> None:
        self.path.parent.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        # mkstemp makes the file for its owner alone (0600).
        descriptor, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{_FILE}.")
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise

    def _bad(self, what: str, why: object) -> BadMemory:
        return BadMemory(f"{self.path} {what}: {why}", hint="give each --project, or remove the file")
