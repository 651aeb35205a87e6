"""`FileStore`: files by their SHA-256, which appear and disappear whole."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import cast

import pytest

from hero_assistance_sdk.wire import AttachmentId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage, FileStore
from hero_assistance_server.storage.garbage_collection import (
    UNUSED_FOR,
    delete_orphaned_files,
    delete_unnamed_files,
    delete_unused_uploads,
)
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from tests.server.contract.changes import CAROL

pytestmark = pytest.mark.anyio

KIB = 1024
# Around the ends of a chunk of any engine.
DIGEST = hashlib.sha256(b"content").hexdigest()
SIZES = (0, 1, 64 * KIB, 256 * KIB - 1, 256 * KIB, 256 * KIB + 1, 1024 * KIB + 5)


@pytest.fixture
def files(storage: Storage) -> FileStorage:
    """The same storage, with its files."""
    return cast(FileStorage, storage)


def bring(files: FileStore, content: bytes, error: Exception | None = None) -> str:
    """Write a file in pieces, and put it in its place, where an error may be met then; returns its digest."""
    with files.incoming() as incoming:
        for start in range(0, len(content), 100_000):
            incoming.write(content[start : start + 100_000])
        digest = incoming.finish()
        with files.hold(digest):
            files.adopt(incoming, digest)
            if error is not None:
                raise error
    return digest


def read(files: FileStore, digest: str) -> bytes:
    with files.open(digest) as file:
        return file.read()


def name(digest: str, uploaded: timedelta = timedelta(0)) -> Callable[[UnitOfWork], AttachmentId]:
    """Return the command that writes the row of a file, so long ago."""

    def write(work: UnitOfWork) -> AttachmentId:
        made = Attachment(work.attachments.next_id(), "trace.bin", 3, "application/octet-stream", None, None)
        work.attachments.add(made, digest, CAROL.user_id, work.now - uploaded)
        return made.attachment_id

    return write


@pytest.mark.parametrize("size", SIZES)
async def test_a_file_is_read_as_it_was_written(files: FileStorage, size: int) -> None:
    content = os.urandom(size)
    digest = await files.in_thread(bring, files.files, content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert await files.in_thread(read, files.files, digest) == content


async def test_it_is_read_from_anywhere_in_it(files: FileStorage) -> None:
    content = os.urandom(600 * KIB)
    digest = await files.in_thread(bring, files.files, content)

    def read_part(start: int, size: int) -> bytes:
        with files.files.open(digest) as file:
            file.seek(start)
            found = b""
            while len(found) < size and (piece := file.read(size - len(found))):
                found += piece
            return found

    for start, size in ((0, 1), (256 * KIB - 3, 6), (100, 512 * KIB), (599 * KIB, 9999), (600 * KIB, 5)):
        assert await files.in_thread(read_part, start, size) == content[start : start + size]


async def test_the_same_bytes_are_one_file(files: FileStorage) -> None:
    digests = {await files.in_thread(bring, files.files, b"same") for _ in range(2)}
    assert len(digests) == 1
    (digest,) = digests
    assert await files.in_thread(files.files.digests, digest[:2]) == [digest]


async def test_what_is_not_there_is_not_found(files: FileStorage) -> None:
    with pytest.raises(FileNotFoundError):
        await files.in_thread(files.files.open, "ab" * 32)
    with pytest.raises(ValueError, match="no SHA-256"):
        await files.in_thread(files.files.open, "../secret")


async def test_what_is_not_finished_leaves_nothing(files: FileStorage) -> None:
    def begin() -> None:
        with files.files.incoming() as incoming:
            incoming.write(b"half")
            raise LookupError("the sender is gone")

    with pytest.raises(LookupError):
        await files.in_thread(begin)
    assert await list_all(files) == []


async def test_a_file_that_no_row_names_is_deleted(files: FileStorage) -> None:
    named, unnamed = [await files.in_thread(bring, files.files, content) for content in (b"named", b"unnamed")]
    await files.write(name(named))
    assert await delete_orphaned_files(files) == 1
    assert await list_all(files) == [named]
    with pytest.raises(FileNotFoundError):
        await files.in_thread(files.files.open, unnamed)
    assert await delete_unnamed_files(files, [named, unnamed]) == 0


async def test_uploads_that_nothing_uses_go_with_their_files(files: FileStorage) -> None:
    old, young = [await files.in_thread(bring, files.files, content) for content in (b"old", b"young")]
    await files.write(name(old, UNUSED_FOR + timedelta(seconds=1)))
    await files.write(name(young))
    assert await delete_unused_uploads(files) == 1
    assert await list_all(files) == [young]


async def test_a_file_is_not_deleted_while_its_row_is_written(files: FileStorage) -> None:
    """Between the two nothing names it."""
    with files.files.incoming() as incoming:
        incoming.write(b"content")
        digest = incoming.finish()
        with files.files.hold(digest):
            await files.in_thread(files.files.adopt, incoming, digest)
            assert await delete_orphaned_files(files) == 0
            await files.write(name(digest))
        assert await delete_orphaned_files(files) == 0
    assert await files.in_thread(read, files.files, digest) == b"content"


async def test_a_file_whose_row_was_refused_is_deleted_at_once(files: FileStorage) -> None:
    with pytest.raises(LookupError):
        await files.in_thread(bring, files.files, b"content", LookupError("the quota is full"))
    assert await delete_unnamed_files(files, [DIGEST]) == 1


async def test_a_file_stays_whose_row_may_still_be_written(files: FileStorage) -> None:
    with pytest.raises(StoreUnavailable):
        await files.in_thread(bring, files.files, b"content", StoreUnavailable("the database is too slow"))
    assert await delete_unnamed_files(files, [DIGEST]) == 0
    await files.write(name(DIGEST))
    assert await files.in_thread(read, files.files, DIGEST) == b"content"


async def test_one_of_two_that_hold_it_lets_go(files: FileStorage) -> None:
    with files.files.incoming() as incoming:
        incoming.write(b"content")
        digest = incoming.finish()
        with files.files.hold(digest):
            await files.in_thread(files.files.adopt, incoming, digest)
            await files.in_thread(bring, files.files, b"content")
            assert await delete_unnamed_files(files, [digest]) == 0
    assert await delete_unnamed_files(files, [digest]) == 1


async def test_a_file_that_was_deleted_can_come_again(files: FileStorage) -> None:
    digest = await files.in_thread(bring, files.files, b"again")
    assert await delete_unnamed_files(files, [digest]) == 1
    await files.in_thread(partial(bring, files.files), b"again")
    assert await files.in_thread(read, files.files, digest) == b"again"


async def list_all(files: FileStorage) -> list[str]:
    groups = await files.in_thread(files.files.groups)
    return [digest for group in groups for digest in await files.in_thread(files.files.digests, group)]
