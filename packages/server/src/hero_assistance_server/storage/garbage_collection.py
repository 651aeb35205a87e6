"""Taking out uploads that nothing came to use, and files that no row names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hero_assistance_server.storage.sqlite import attachments
from hero_assistance_server.storage.sqlite.store import Store

# Whoever writes a message and is called away finds it complete the next morning.
UNUSED_FOR = timedelta(days=1)
# What the writer, or the lock on the files, is kept busy with at once: a few milliseconds.
PORTION = 100


async def sweep_unused(store: Store) -> int:
    """Delete uploads that nothing has used for `UNUSED_FOR`, rows and files; returns how many."""
    count = 0
    while True:
        found = await store.write(lambda t: attachments.forget_unused(t.connection, t.now - UNUSED_FOR, PORTION))
        await discard(store, found)
        count += len(found)
        if len(found) < PORTION:
            return count


async def sweep_orphans(store: Store) -> int:
    """Remove files that no row names, which a crash between the two leaves behind; returns how many."""
    count = 0
    for group in await store.in_thread(store.files.groups):
        digests = await store.in_thread(store.files.digests, group)
        for start in range(0, len(digests), PORTION):
            count += await discard(store, digests[start : start + PORTION])
    return count


async def discard(store: Store, digests: Sequence[str]) -> int:
    """Remove those files that no row names; returns how many."""
    if not digests:
        return 0
    return await store.query(lambda db: store.files.discard(digests, lambda some: attachments.without_row(db, some)))
