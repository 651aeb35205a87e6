"""The settings of the supervisor, kept fresh while the server runs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hero_assistance_sdk.hero_proc.settings import ALL, DaemonSettings, SettingsReader, Source
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.jobs.running import running

# A supervisor that restarts at the same time as the server is back by then; without one there are the defaults.
PATIENCE = 2
PAUSE_S = 0.5
# How long a call of the server's first second waits until it is known whether there is a supervisor.
START_WAIT_S = 2.0


class SettingsWatch:
    """The settings as last read; `None` until it is known whether there is a supervisor that has any."""

    def __init__(self, paths: Paths, *, report: Callable[[DaemonSettings], None] = lambda _settings: None) -> None:
        self._reader = SettingsReader(paths, names=ALL, report=report)
        self._known = asyncio.Event()

    def current(self) -> DaemonSettings | None:
        """Return the settings; `None` while they are not known."""
        return self._reader.settings if self._known.is_set() else None

    async def refresh(self) -> DaemonSettings | None:
        """Read the settings now, for a caller who has just changed one; return them as `current` does."""
        await self._reader.refresh()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(START_WAIT_S):
                await self._known.wait()
        return self.current()

    async def run(self) -> None:
        """Read the settings, and again and again, until cancelled."""
        for _ in range(PATIENCE):
            settings = await self._reader.refresh()
            if settings.supervisor is not Source.DEFAULT or settings.fault is not None:
                break
            await asyncio.sleep(PAUSE_S)
        else:
            await self._reader.refresh()
        self._known.set()
        await self._reader.keep_fresh()


@asynccontextmanager
async def watch_settings(watch: SettingsWatch) -> AsyncIterator[None]:
    """Read the settings while the context is open."""
    async with running(watch.run):
        yield
