"""The projects that this user opened last, in their own configuration folder: their addresses, and which they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import platformdirs

from hero_assistance_sdk.errors import HeroError, UsageError
from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_sdk.paths import SERVICE
from hero_assistance_sdk.project.identity import ProjectId, parse_project_id

_FILE = "projects.json"
# 1 had one address for each project, as a text.
_FORMAT = 2


class ProjectsFileError(HeroError):
    """The file of remembered projects cannot be read or written."""

    reason = "bad-memory"


@dataclass(frozen=True, slots=True)
class KnownProject:
    """The addresses of one project, in the order of preference, and its id once it has proved to be one."""

    addresses: tuple[str, ...]
    project_id: ProjectId | None = None

    @property
    def name(self) -> str:
        """What it is called before it has said its name: its first address."""
        return self.addresses[0]

    def is_same(self, other: KnownProject) -> bool:
        """Whether they share an address."""
        return not set(self.addresses).isdisjoint(other.addresses)


@dataclass(frozen=True, slots=True)
class RememberedProjects:
    """The file of remembered projects."""

    path: Path

    @classmethod
    def of_this_user(cls) -> RememberedProjects:
        """Return the file in this platform's folder for settings."""
        return cls(Path(platformdirs.user_config_dir(SERVICE, appauthor=False)) / _FILE)

    def load(self) -> list[KnownProject]:
        """Return the remembered projects, in the order given; raises `ProjectsFileError` for another file."""
        try:
            content = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise self._bad("cannot be read", error) from error
        found = content.get("projects") if isinstance(content, dict) else None
        try:
            return [_parse(entry) for entry in found] if isinstance(found, list) else self._refuse()
        except (TypeError, UsageError):
            return self._refuse()

    def save(self, projects: Sequence[KnownProject]) -> None:
        """Replace the remembered projects in one step, for their owner alone; raises `ProjectsFileError`."""
        entries = [_serialize(project) for project in projects]
        content = json.dumps({"format": _FORMAT, "projects": entries}, indent=2) + "\n"
        try:
            write_atomic(self.path, content.encode())
        except OSError as error:
            raise self._bad("cannot be written", error) from error

    def identify(self, found: KnownProject) -> None:
        """Remember which project answered first at the addresses of one; raises `ProjectsFileError`."""
        projects = self.load()
        if any(project.addresses == found.addresses and project.project_id is None for project in projects):
            self.save([found if project.addresses == found.addresses else project for project in projects])

    def _refuse(self) -> list[KnownProject]:
        raise self._bad("cannot be read", "it holds no list of projects")

    def _bad(self, what: str, why: object) -> ProjectsFileError:
        return ProjectsFileError(f"{self.path} {what}: {why}", hint="give each --project, or remove the file")


def list_once(projects: Sequence[KnownProject]) -> list[KnownProject]:
    """Return the projects in the order given, each name once."""
    unique: dict[str, KnownProject] = {}
    for project in projects:
        unique.setdefault(project.name, project)
    return list(unique.values())


def with_known_ids(given: Sequence[KnownProject], remembered: Sequence[KnownProject]) -> list[KnownProject]:
    """Return the given projects, each with the id that one of its addresses is remembered by."""
    return [
        project
        if project.project_id is not None
        else replace(project, project_id=next((one.project_id for one in remembered if one.is_same(project)), None))
        for project in given
    ]


def _parse(entry: Any) -> KnownProject:
    """Return a project; raises `TypeError` or `UsageError` for what is none."""
    if isinstance(entry, str):
        return KnownProject((entry,))
    addresses = entry.get("addresses") if isinstance(entry, dict) else None
    if not isinstance(addresses, list) or not addresses or not all(isinstance(one, str) for one in addresses):
        raise TypeError("no project")
    project_id = entry.get("project_id")
    return KnownProject(tuple(addresses), None if project_id is None else parse_project_id(str(project_id)))


def _serialize(project: KnownProject) -> object:
    if len(project.addresses) == 1 and project.project_id is None:
        return project.name
    return {"addresses": list(project.addresses), "project_id": project.project_id}
