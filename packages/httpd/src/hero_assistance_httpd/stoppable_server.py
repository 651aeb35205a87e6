"""A uvicorn server that ends when it is told to: uvicorn's own looks ten times a second whether it should."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from hero_assistance_sdk.logs import get_log

# The longest that a server which has answered everything goes on.
_LOOK_S = 0.01
# As for the connections of a graceful shutdown: one turn of the loop is enough for asyncio as it is.
_TURNS = 3

_log = get_log("listeners")


class StoppableServer(uvicorn.Server):
    """One listener's server; it sets no timer while nothing is asked, and leaves signals to its caller."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told = asyncio.Event()

    def stop(self) -> None:
        """Have it accept nothing more and end, once what was asked is answered."""
        self.should_exit = True
        self._told.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone: several servers run in one process."""
        yield

    async def main_loop(self) -> None:
        """Serve until `stop`."""
        await self.on_tick(0)
        await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the listeners, and each connection once it is answered.

        What takes longer than `timeout_graceful_shutdown` of the settings is cut.
        """
        for accepting in self.servers:
            accepting.close()
        for listening in sockets or ():
            listening.close()
        for _turn in range(_TURNS):
            # What was accepted a moment ago becomes a connection.
            await asyncio.sleep(0)
        for connection in tuple(self.server_state.connections):
            connection.shutdown()
        deadline = time.monotonic() + (self.config.timeout_graceful_shutdown or 0)
        while self._is_answering() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        if self._is_answering():
            _log.warning("listener.requests-cut", connections=len(self.server_state.connections))
        for task in tuple(self.server_state.tasks):
            task.cancel()

    def _is_answering(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)
