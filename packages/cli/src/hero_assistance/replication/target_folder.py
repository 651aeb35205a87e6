"""What a target of a replica has to do, apart from the database: keep small texts and the files of attachments.

database-GENERATION/     what Litestream writes, one folder for each history of the database
attachments/ab/cd        each attachment, by its SHA-256
replica.json             whose replica it is, and of which generation
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from hero_assistance_sdk.files.data_folder import ATTACHMENTS

FOLDER = ATTACHMENTS
CLAIM = "replica.json"
# `ab/cd...`: a SHA-256, as the data folder has it.
_GROUP = 2
_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}", re.ASCII)


class TargetFolder(Protocol):
    """The folder of a target; every method raises `ReplicaFailed` or `OSError`."""

    @property
    def portion(self) -> int:
        """How many files are put by one call; between two calls the action says how far it is."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return the content of a small file, `None` where there is none."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Make the folder, and write a small file into it, as a whole."""
        ...

    def list_files(self) -> set[str]:
        """Return the names of the attachments that are there, whole."""
        ...

    def put(self, attachments: Path, names: Sequence[str]) -> set[str]:
        """Copy attachments of a folder to the target; each appears whole. Return those that were still there."""
        ...

    def fetch(self, names: Sequence[str], attachments: Path) -> None:
        """Copy attachments of the target into a folder."""
        ...

    def delete(self, names: Sequence[str]) -> None:
        """Delete attachments of the target."""
        ...


def list_local(attachments: Path) -> set[str]:
    """Return the names of the attachments in a folder, which need not be there.

    Raises `OSError`: what cannot be listed is not gone. `Path.glob` would leave it out, and take four times as long.
    """
    found: set[str] = set()
    for group in _list_names(attachments):
        if len(group) == _GROUP:
            found |= select_names(f"{group}/{name}" for name in _list_names(attachments / group))
    return found


def select_names(found: Iterable[str]) -> set[str]:
    """Return those that are names of attachments."""
    return {name for name in found if _NAME.fullmatch(name)}


def _list_names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - a round lists every file, and needs no object for each
    except (FileNotFoundError, NotADirectoryError):
        return []
