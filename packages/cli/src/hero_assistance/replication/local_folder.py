"""A target that is a folder of this machine."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from hero_assistance.replication.target_folder import FOLDER, list_local
from hero_assistance_sdk.files.durable_files import PRIVATE_FOLDER, replace_file, write_atomic


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """Implements `TargetFolder`."""

    portion: ClassVar[int] = 100
    path: Path

    def read(self, name: str) -> bytes | None:
        """Read the file."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Write the file and rename it."""
        write_atomic(self.path / name, content)

    def list_files(self) -> set[str]:
        """Walk the folder."""
        return list_local(self.path / FOLDER)

    def put(self, attachments: Path, names: Sequence[str]) -> set[str]:
        """Copy file by file; one that has been deleted meanwhile is left out."""
        copied = set()
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                _copy(attachments / name, self.path / FOLDER / name)
                copied.add(name)
        return copied

    def fetch(self, names: Sequence[str], attachments: Path) -> None:
        """Copy file by file."""
        for name in names:
            _copy(self.path / FOLDER / name, attachments / name)

    def delete(self, names: Sequence[str]) -> None:
        """Unlink each."""
        for name in names:
            (self.path / FOLDER / name).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as read:
        target.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        with replace_file(target) as written:
            shutil.copyfileobj(read, written)
