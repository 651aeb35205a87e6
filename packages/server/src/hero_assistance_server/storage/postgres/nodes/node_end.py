"""Ends a node that has to start again, which its supervisor does."""

from __future__ import annotations

import asyncio
from functools import partial

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.storage.errors import NodeOutdated

_log = get_log("store")


class NodeEnd:
    """Any thread may demand the end; the server waits for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._demanded = asyncio.Event()
        self._reason: NodeOutdated | None = None

    def demand(self, reason: NodeOutdated) -> None:
        """Have the server end with this error."""
        _log.error("store.node-outdated", reason=reason.message)
        self._loop.call_soon_threadsafe(partial(self._end, reason))

    async def wait(self) -> None:
        """Raise the error once the end is demanded."""
        await self._demanded.wait()
        if self._reason is not None:
            raise self._reason

    def _end(self, reason: NodeOutdated) -> None:
        self._reason = self._reason or reason
        self._demanded.set()
