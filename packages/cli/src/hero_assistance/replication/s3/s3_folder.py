"""A target that is a part of a bucket of an S3-compatible store."""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.replication.s3.store import Body, S3Store
from hero_assistance.replication.target_folder import FOLDER, select_names
from hero_assistance_sdk.files.durable_files import PRIVATE_FOLDER, replace_file


@dataclass(frozen=True, slots=True)
class S3Folder:
    """Implements `TargetFolder`."""

    store: S3Store

    def read(self, name: str) -> bytes | None:
        """Get the object."""
        return self.store.get(name)

    def write(self, name: str, content: bytes) -> None:
        """Put the object; there are no folders to be made."""
        self.store.put(name, Body(io.BytesIO(content), hashlib.sha256(content).hexdigest(), len(content)))

    def list_files(self) -> set[str]:
        """List what begins with the folder of attachments."""
        return select_names(name.removeprefix(f"{FOLDER}/") for name in self.store.list_names(FOLDER))

    def put(self, attachments: Path, names: Sequence[str]) -> set[str]:
        """Put one after the other; one that has been deleted meanwhile is left out."""
        copied = set()
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                self._put_file(attachments / name, name)
                copied.add(name)
        return copied

    def fetch(self, names: Sequence[str], attachments: Path) -> None:
        """Get one after the other; each appears whole."""
        for name in names:
            (attachments / name).parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            with replace_file(attachments / name) as file:
                self.store.fetch(f"{FOLDER}/{name}", file)

    def delete(self, names: Sequence[str]) -> None:
        """Delete one after the other."""
        for name in names:
            self.store.delete(f"{FOLDER}/{name}")

    def _put_file(self, path: Path, name: str) -> None:
        """The store checks the hash of what arrives. It is that of the file, so that a damaged one stops nothing."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            file.seek(0)
            self.store.put(f"{FOLDER}/{name}", Body(file, digest, size))
