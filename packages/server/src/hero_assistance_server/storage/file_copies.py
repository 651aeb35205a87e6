"""Copies attachments into a new data folder or export, each checked against its SHA-256."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from hero_assistance_sdk.files.confined_folder import ConfinedFolder
from hero_assistance_server.storage.files import FOLDER, file_name, group_of

_CHUNK = 1024 * 1024


def copy_checked(source: IO[bytes], digest: str, write: Callable[[bytes], object] = lambda _chunk: None) -> None:
    """Read a file to its end and `write` it in pieces; raises `ValueError` where its bytes are others."""
    found = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        found.update(chunk)
        write(chunk)
    if found.hexdigest() != digest:
        raise ValueError(f"the file {digest} is damaged")


@contextmanager
def create_attachment(folder: ConfinedFolder, digest: str) -> Iterator[BinaryIO]:
    """Create the file of an attachment below a data folder or an export; it is on the disk at the end.

    `sync_attachments` makes its name durable. Raises `OSError`, or `ValueError` for what is no digest.
    """
    name = file_name(digest)
    folder.make_folder(FOLDER)
    folder.make_folder(f"{FOLDER}/{group_of(digest)}")
    with folder.create(f"{FOLDER}/{name}") as file:
        yield file
        flush(file)


def sync_attachments(folder: ConfinedFolder, digests: Iterable[str]) -> None:
    """Make the names of these files durable, and those of the folders that they are in."""
    groups = sorted({group_of(digest) for digest in digests})
    for group in groups:
        folder.sync(f"{FOLDER}/{group}")
    if groups:
        folder.sync(FOLDER)
    folder.sync()


def flush(file: BinaryIO) -> None:
    """Have what was written on the disk."""
    file.flush()
    os.fsync(file.fileno())
