"""A target that is a part of a bucket of an S3-compatible store."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from hero_assistance.replication.errors import TargetBusy
from hero_assistance.replication.s3.store import Body, S3Store
from hero_assistance.replication.target_folder import FOLDER, select_names
from hero_assistance_sdk.files.durable_files import PRIVATE_FOLDER, replace_file

# A request waits longer for its answer than it sends.
_AT_ONCE = 8
# Before a file is fetched again: one error of a store among many thousand requests must not end a restore.
_PAUSES_S = (1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True)
class S3Folder:
    """Implements `TargetFolder`."""

    # So few that a slow line is not taken for an action that hangs.
    portion: ClassVar[int] = _AT_ONCE
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
        """Put some at a time; one that has been deleted meanwhile is left out."""
        with _some_at_a_time() as pool:
            copied = pool.map(lambda name: self._put_file(attachments / name, name), names)
            return {name for name, is_there in zip(names, copied, strict=True) if is_there}

    def fetch(self, names: Sequence[str], attachments: Path) -> None:
        """Get some at a time; each appears whole."""
        with _some_at_a_time() as pool:
            list(pool.map(lambda name: self._fetch_file(name, attachments / name), names))

    def delete(self, names: Sequence[str]) -> None:
        """Delete some at a time."""
        with _some_at_a_time() as pool:
            list(pool.map(lambda name: self.store.delete(f"{FOLDER}/{name}"), names))

    def _put_file(self, path: Path, name: str) -> bool:
        """Put a file; false when it is gone.

        The store checks the hash of what arrives. It is that of the file, so that a damaged one stops nothing.
        """
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return False
        with file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            file.seek(0)
            self.store.put(f"{FOLDER}/{name}", Body(file, digest, size))
        return True

    def _fetch_file(self, name: str, path: Path) -> None:
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        for pause_s in _PAUSES_S:
            try:
                self._fetch_once(name, path)
            except TargetBusy:
                time.sleep(pause_s)
            else:
                return
        self._fetch_once(name, path)

    def _fetch_once(self, name: str, path: Path) -> None:
        with replace_file(path) as file:
            self.store.fetch(f"{FOLDER}/{name}", file)


def _some_at_a_time() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="s3")
