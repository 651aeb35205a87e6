"""The projects that this user opened last, in their own configuration folder, and which project is at each address.

What was found out once about an address is kept when other projects are shown: another project there is refused then,
too. Only `project remove` forgets it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
class _Content:
    """What the file holds; `ids` are those of projects that are shown no longer, too."""

    projects: list[KnownProject]
    ids: dict[str, ProjectId]


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
        return self._read().projects

    def load_ids(self) -> dict[str, ProjectId]:
        """Return which project is at each address that was ever asked; raises `ProjectsFileError`."""
        return self._read().ids

    def save(self, projects: Sequence[KnownProject]) -> None:
        """Replace the remembered projects in one step, for their owner alone; raises `ProjectsFileError`."""
        try:
            known = self._read().ids
        except ProjectsFileError:
            known = {}
        self._write(_Content(list(projects), known | _ids_of(projects)))

    def remove(self, project: KnownProject) -> None:
        """Remember a project no longer, nor which it is; raises `ProjectsFileError`."""
        content = self._read()
        left = [one for one in content.projects if one != project]
        ids = {
            address: known
            for address, known in content.ids.items()
            if address not in project.addresses and known != project.project_id
        }
        self._write(_Content(left, ids))

    def identify(self, found: KnownProject) -> None:
        """Remember which project answered first at the addresses of one; raises `ProjectsFileError`."""
        content = self._read()
        if any(project.addresses == found.addresses and project.project_id is None for project in content.projects):
            projects = [found if project.addresses == found.addresses else project for project in content.projects]
            self._write(_Content(projects, content.ids | _ids_of([found])))

    def _read(self) -> _Content:
        try:
            content = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return _Content([], {})
        except (OSError, ValueError) as error:
            raise self._bad("cannot be read", error) from error
        try:
            return _parse_content(content)
        except (TypeError, UsageError):
            raise self._bad("cannot be read", "it holds no list of projects") from None

    def _write(self, content: _Content) -> None:
        entries = [_serialize(project) for project in content.projects]
        text = json.dumps({"format": _FORMAT, "projects": entries, "ids": content.ids}, indent=2) + "\n"
        try:
            write_atomic(self.path, text.encode())
        except OSError as error:
            raise self._bad("cannot be written", error) from error

    def _bad(self, what: str, why: object) -> ProjectsFileError:
        return ProjectsFileError(f"{self.path} {what}: {why}", hint="give each --project, or remove the file")


def list_once(projects: Sequence[KnownProject]) -> list[KnownProject]:
    """Return the projects in the order given, each name once."""
    unique: dict[str, KnownProject] = {}
    for project in projects:
        unique.setdefault(project.name, project)
    return list(unique.values())


def with_known_ids(given: Sequence[KnownProject], ids: Mapping[str, ProjectId]) -> list[KnownProject]:
    """Return the given projects, each with the id that one of its addresses is known by."""
    return [
        project
        if project.project_id is not None
        else replace(project, project_id=next((ids[one] for one in project.addresses if one in ids), None))
        for project in given
    ]


def _ids_of(projects: Sequence[KnownProject]) -> dict[str, ProjectId]:
    return {
        address: project.project_id
        for project in projects
        for address in project.addresses
        if project.project_id is not None
    }


def _parse_content(content: Any) -> _Content:
    """Return what a file holds; raises `TypeError` or `UsageError` for another one."""
    found = content.get("projects") if isinstance(content, dict) else None
    if not isinstance(found, list):
        raise TypeError("no projects")
    projects = [_parse(entry) for entry in found]
    ids = content.get("ids", {})
    if not isinstance(ids, dict):
        raise TypeError("no ids")
    return _Content(
        projects, {str(one): parse_project_id(str(known)) for one, known in ids.items()} | _ids_of(projects)
    )


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
