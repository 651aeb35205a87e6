"""Deletes uploads that nothing came to use, and files that no row names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hero_assistance_server.storage.file_storage import FileStorage

# A user who is called away while writing a message finds it complete the next morning.
UNUSED_FOR = timedelta(days=1)
# Occupies the writer, or the lock on the files, for a few milliseconds at once.
PORTION = 100


async def delete_unused_uploads(storage: FileStorage) -> int:
    """Delete uploads that nothing has used for `UNUSED_FOR`, rows and files; returns how many."""
    count = 0
    while True:
        found = await storage.write(lambda work: work.attachments.delete_unused_before(work.now - UNUSED_FOR, PORTION))
        await delete_unnamed_files(storage, found)
        count += len(found)
        if len(found) < PORTION:
            return count


async def delete_orphaned_files(storage: FileStorage) -> int:
    """Delete files that no row names, which a crash between the two leaves; returns how many."""
    count = 0
    for group in await storage.in_thread(storage.files.groups):
        digests = await storage.in_thread(storage.files.digests, group)
        for start in range(0, len(digests), PORTION):
            count += await delete_unnamed_files(storage, digests[start : start + PORTION])
    return count


async def delete_unnamed_files(storage: FileStorage, digests: Sequence[str]) -> int:
    """Delete those of the files that no row names; returns how many."""
    if not digests:
        return 0
    return await storage.read(lambda snapshot: storage.files.discard(digests, snapshot.attachments.list_unnamed_files))
