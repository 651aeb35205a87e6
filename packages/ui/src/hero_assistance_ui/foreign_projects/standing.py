"""Whether a project is set aside: since it broke the protocol, or keeps its callers waiting; and until when."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from hero_assistance_sdk.errors import HeroError

# The pause doubles with each offence in a row.
FIRST_PAUSE_S = 1.0
LAST_PAUSE_S = 60.0
# After so long without an offence the next one is the first again.
STEADY_S = 60.0
# One call may be slow for reasons of its own.
STRIKES = 2


class Standing:
    """How one project has behaved towards one kind of request; the clock is passed in."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._offences = 0
        self._strikes = 0
        self._counted_at = self._until = float("-inf")
        self._reason: HeroError | None = None
        self._released = asyncio.Event()

    @property
    def reason(self) -> HeroError | None:
        """Return why the project is set aside, while it is."""
        left = self._until - self._clock()
        return None if left <= 0 or self._reason is None else _with_pause(self._reason, left)

    def set_aside(self, error: HeroError, begun: float | None = None) -> HeroError:
        """Count an offence, and return the error that says how long the pause is.

        Of several requests that were on their way together, `begun` at their time, the first one counts.
        """
        now = self._clock()
        if begun is None or begun >= self._counted_at:
            self._offences = self._offences + 1 if now - self._until < STEADY_S else 1
            self._counted_at = now
            self._until = now + min(LAST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(self._offences - 1, 16))
            self._reason = error
            self._released.clear()
        return _with_pause(error, self._until - now)

    def strike(self, error: HeroError, begun: float) -> HeroError:
        """Count a request that was not answered in time; several in a row are an offence."""
        self._strikes += 1
        return error if self._strikes < STRIKES else self.set_aside(error, begun)

    def note_answer(self) -> None:
        """Forget the strikes: it answers in time, and as it should."""
        self._strikes = 0

    def release(self) -> None:
        """Let it be tried again at once, because its user asked for it."""
        self._until = self._clock()
        self._strikes = 0
        self._released.set()

    async def wait(self, seconds: float) -> None:
        """Wait so long, or until it is released."""
        self._released.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._released.wait()
        except TimeoutError:
            return

    async def wait_out(self) -> None:
        """Wait until the pause is over, or it is released."""
        left = self._until - self._clock()
        if left > 0:
            await self.wait(left)


class Allowance:
    """So many in so many seconds; the clock is passed in."""

    def __init__(self, count: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._taken: deque[float] = deque(maxlen=count)

    def take(self) -> bool:
        """Take one; false where there is none left."""
        now = self._clock()
        if len(self._taken) == self._taken.maxlen and now - self._taken[0] < self._seconds:
            return False
        self._taken.append(now)
        return True


def _with_pause(error: HeroError, seconds: float) -> HeroError:
    pause = f"it is set aside, and tried again in {max(1, round(seconds))} s"
    return type(error)(error.message, hint=f"{error.hint}; {pause}" if error.hint else pause)
