"""Sends each agent the changed ticket counts of their views, as transient events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.sse import encode
from hero_assistance_sdk.wire import COUNTS, Counts, UserId
from hero_assistance_server.jobs.running import running
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage

# The shortest time between two counts: three a second look live.
PAUSE_S = 0.3

_log = get_log("events")


@dataclass(frozen=True, slots=True)
class ViewCounts:
    """Counts for the agents with a stream; `count` answers for one of them."""

    hub: Hub
    storage: Storage
    count: Callable[[Snapshot, UserId], dict[str, int]]
    pause_s: float = PAUSE_S

    async def run(self) -> None:
        """Count after each event, until cancelled."""
        while True:
            await self.hub.wakeup.wait()
            self.hub.wakeup.clear()
            try:
                await self._send()
            except StoreUnavailable as error:
                # They get them with the next change; a list that is fetched has them too.
                _log.warning("events.watch_view_counts-failed", error=error)
            await asyncio.sleep(self.pause_s)

    async def _send(self) -> None:
        agents = self.hub.staff()
        if not agents:
            return
        found = await self.storage.read(lambda snapshot: {user_id: self.count(snapshot, user_id) for user_id in agents})
        for user_id, counts in found.items():
            chunk = encode(event=COUNTS, data=Counts(counts=counts).model_dump_json())
            self.hub.send_transient(user_id, COUNTS, chunk)


@asynccontextmanager
async def watch_view_counts(view_counts: ViewCounts) -> AsyncIterator[None]:
    """Count while the context is open."""
    async with running(view_counts.run):
        yield
