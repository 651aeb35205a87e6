"""Indexes the tickets that are missing in the search index, after an upgrade that makes it again or an erasure."""

from __future__ import annotations

import asyncio

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.storage.unit_of_work import Storage

# After each portion: the others' commands have at least half of the time.
PAUSE_S = 0.02
RETRY_S = 30.0
REPORT_EVERY_S = 60.0

_log = get_log("search")


async def keep_index_complete(storage: Storage) -> None:
    """Index what is missing at the start, and each time that something may be; until cancelled."""
    while True:
        storage.index_incomplete.clear()
        try:
            await index_missing_tickets(storage)
        except HeroError as error:
            _log.warning("search.not-indexed", error=error)
            await asyncio.sleep(RETRY_S)
            continue
        await storage.index_incomplete.wait()


async def index_missing_tickets(storage: Storage) -> None:
    """Index portion by portion until nothing is missing; a disk that fails now may be well later."""
    clock = asyncio.get_running_loop().time
    missing = await storage.read(lambda snapshot: snapshot.search.count_missing())
    if not missing:
        return
    reported = clock()
    while missing:
        started = clock()
        try:
            missing = await storage.write(lambda work: work.search.index_missing())
        except HeroError as error:
            _log.warning("search.not-indexed", error=error)
            await asyncio.sleep(RETRY_S)
            continue
        if clock() - reported >= REPORT_EVERY_S:
            reported = clock()
            _log.info("search.indexing", missing=missing)
        await asyncio.sleep(max(PAUSE_S, clock() - started))
    _log.info("search.indexed")
