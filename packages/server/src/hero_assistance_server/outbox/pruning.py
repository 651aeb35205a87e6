"""Forgets what is over in the outbox, when it is old or too much, and finds what waits too long."""

from __future__ import annotations

from collections.abc import Iterable

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.outbox.model import DeliveryState
from hero_assistance_server.outbox.rules import KEPT, LATEST, Bounds
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

# What one transaction deletes for each of the two reasons.
BATCH = 500

_log = get_log("outbox")


async def prune(storage: Storage, channels: Iterable[str]) -> int:
    """Delete what is older than its bounds allow, and what is beyond them; returns how much."""
    total = 0
    for channel in channels:
        await _bring_forward(storage, channel)
        for state, bounds in KEPT.items():
            total += await _prune(storage, channel, state, bounds)
    if total:
        _log.info("outbox.pruned", deliveries=total)
    return total


async def _bring_forward(storage: Storage, channel: str) -> None:
    """Make due what was put off while the clock was ahead: it may be by years."""
    found = await storage.write(lambda work: work.outbox.bring_forward(channel, work.now + LATEST, work.now))
    if found:
        _log.warning("outbox.brought-forward", channel=channel, deliveries=found)


async def _prune(storage: Storage, channel: str, state: DeliveryState, bounds: Bounds) -> int:
    def command(work: UnitOfWork) -> int:
        before = work.now - bounds.age
        return work.outbox.prune(channel, state, before, work.now, keep=bounds.count, limit=BATCH)

    total = 0
    while count := await storage.write(command):
        total += count
    return total
