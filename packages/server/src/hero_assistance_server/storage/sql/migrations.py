"""Numbered migrations of an engine: `0001_initial.sql` takes a database to version 1, and so on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """The statements that make version `number` of the one before it."""

    number: int
    name: str
    sql: str

    @property
    def title(self) -> str:
        """The name without its number."""
        match = _NAME.fullmatch(self.name)
        return match[2] if match else self.name


def load_migrations(package: str, *, first: int) -> list[Migration]:
    """Read the folder `migrations` of a package: every migration in order, numbered from `first` without a gap."""
    folder = files(package).joinpath("migrations")
    named = [(file, match) for file in folder.iterdir() if (match := _NAME.fullmatch(file.name))]
    found = [Migration(int(match[1]), file.name, file.read_text("utf-8")) for file, match in named]
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(first, first + len(found))):
        raise ValueError(f"the migrations are not numbered from {first} without a gap: {[m.name for m in found]}")
    return found
