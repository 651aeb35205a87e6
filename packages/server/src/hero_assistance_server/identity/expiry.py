"""Ends sessions whose time is over, and their event streams: a stream that is open makes no call that would tell."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.sessions.directory import SessionDirectory
from hero_assistance_server.jobs.running import running
from hero_assistance_server.realtime.hub import Hub

# A stream ends so long after its session at most. Nothing is written: the rows go with the next times of use.
EVERY_S = 20.0


def now_millis() -> Millis:
    """Return the time, as the clock of this machine has it."""
    return Millis(time.time_ns() // 1_000_000)


def end_expired(sessions: SessionDirectory, hub: Hub, now: Millis) -> None:
    """Forget the sessions whose time is over, and end their streams."""
    for session in sessions.remove_expired(now):
        hub.end_credential(session.user_id, session.session_id)


@asynccontextmanager
async def ending_expired(
    sessions: SessionDirectory, hub: Hub, *, every_s: float | None = None, now: Callable[[], Millis] = now_millis
) -> AsyncIterator[None]:
    """End what has expired, again and again while the context is open."""

    async def run() -> None:
        while True:
            await asyncio.sleep(EVERY_S if every_s is None else every_s)
            end_expired(sessions, hub, now())

    async with running(run):
        yield
