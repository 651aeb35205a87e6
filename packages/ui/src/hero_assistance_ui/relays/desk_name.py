"""The name of the desk, which the ticket server tells everybody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.rpc.client import decode_answer
from hero_assistance_ui.relays.asking import ask
from hero_assistance_ui.relays.calls import Call
from hero_assistance_ui.relays.upstream import Upstream

# What a desk is called that has told no name yet, and a page of several projects.
DEFAULT_NAME = "Support"
# A new name is on pages that are opened this much later.
FRESH_S = 10.0
# A page must not wait long for its title; the ticket server of this machine answers in milliseconds.
ASK_TIMEOUT_S = 1.0


class DeskName:
    """Asks a ticket server of this machine for the name of its desk; no other one is asked."""

    def __init__(self, upstream: Upstream | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._upstream = upstream
        self._clock = clock
        self._name = DEFAULT_NAME
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()

    async def read(self) -> str:
        """Return the name; while the ticket server does not answer, the last one that it told."""
        if self._upstream is None:
            return self._name
        async with self._asking:
            if self._asked_at is None or self._clock() - self._asked_at >= FRESH_S:
                self._name = await self._ask(self._upstream) or self._name
                self._asked_at = self._clock()
            return self._name

    async def _ask(self, upstream: Upstream) -> str | None:
        try:
            async with asyncio.timeout(ASK_TIMEOUT_S):
                status, body = await ask(upstream, Call(0, "project.info", {}), {})
            told = decode_answer(upstream.project.name, status, body)
        except (HeroError, TimeoutError):
            return None
        name = told.get("name") if isinstance(told, dict) else None
        return name if isinstance(name, str) else None
