"""Loads sessions and devices at the start, and writes from time to time when each was used last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.devices.directory import DeviceDirectory, KeyLookup
from hero_assistance_server.identity.expiry import now_millis
from hero_assistance_server.identity.sessions.directory import SessionDirectory
from hero_assistance_server.jobs.running import running
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

# Each commit has the caches of lists read again; a list of sessions says when each was used last to some minutes.
EVERY_S = 300.0

_log = get_log("identity")


async def load_access(storage: Storage, find_key: KeyLookup) -> tuple[SessionDirectory, DeviceDirectory]:
    """Read every session that has not expired, and every device."""
    sessions, devices = await storage.read(lambda found: (found.sessions.list_all(), found.devices.list_all()))
    now = now_millis()
    return SessionDirectory(one for one in sessions if one.expires_at > now), DeviceDirectory(devices, find_key)


@asynccontextmanager
async def record_last_use(
    storage: Storage,
    sessions: SessionDirectory,
    devices: DeviceDirectory,
    *,
    every_s: float = EVERY_S,
    now: Callable[[], Millis] = now_millis,
) -> AsyncIterator[None]:
    """Write the times of use, and delete what has expired, while the context is open; once more at its end."""

    async def run() -> None:
        while True:
            await asyncio.sleep(every_s)
            await _write(storage, sessions, devices, now())

    async with running(run):
        yield
    await _write(storage, sessions, devices, now())


async def _write(storage: Storage, sessions: SessionDirectory, devices: DeviceDirectory, now: Millis) -> None:
    expired, used, called = sessions.take_expired(), sessions.take_seen(), devices.take_seen()
    if not (expired or used or called):
        return

    def command(work: UnitOfWork) -> None:
        work.sessions.note_seen(used)
        work.devices.note_seen(called)
        work.sessions.delete_expired(now)
        work.sign_in_tokens.delete_expired(now)

    try:
        await storage.write(command)
    except StoreUnavailable as error:
        _log.warning("identity.last-use-not-written", error=error)
