"""What is known of damage to the database: told to the health at once, and reason to look closer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hero_assistance_httpd.health import Health

CONDITION = "database-damaged"
_HINT = (
    "see to the disk, then: hero_assistance --stop, and hero_assistance restore with the newest file of "
    "var/backups/hero_assistance"
)


class Damage:
    """Reports damage; any thread may. It holds as long as the process: damaged pages do not mend themselves."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._loop = asyncio.get_running_loop()
        self._suspected = asyncio.Event()
        self._is_known = False

    def meet(self, what: str) -> None:
        """A read or a write has met damage; a check then says more."""
        if not self._is_known:
            self._report(what)
        self.suspect()

    def find(self, faults: Sequence[str]) -> None:
        """A check has found these faults, which may be none."""
        if faults:
            self._report(describe_faults(faults))

    def suspect(self) -> None:
        """Have the database checked soon."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._suspected.set)

    async def wait_for_suspicion_within(self, seconds: float) -> bool:
        """Wait for a suspicion, which is then dealt with; returns false when there is none in that time."""
        try:
            async with asyncio.timeout(seconds):
                await self._suspected.wait()
        except TimeoutError:
            return False
        finally:
            self._suspected.clear()
        return True

    def _report(self, what: str) -> None:
        self._is_known = True
        self._health.report(CONDITION, f"the database is damaged: {what}", hint=_HINT)


def describe_faults(faults: Sequence[str]) -> str:
    """Say in one line what a check has found: the first fault, and how many more."""
    first, *more = faults
    return f"{first} (and {len(more)} more)" if more else first
