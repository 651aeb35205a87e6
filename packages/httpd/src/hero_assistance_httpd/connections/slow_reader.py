"""Ends the connection of a peer that does not read its answer."""

from __future__ import annotations

import asyncio

from hero_assistance_sdk.limits import Limits


class SlowReaderTimer:
    """Measures how fast a peer takes what was written to it, while something waits to be sent.

    A close waits until everything is sent, so without this a peer that stops reading keeps its answer in memory.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, limits: Limits) -> None:
        self._transport = transport
        self._loop = loop
        self._every_s = limits.send_seconds
        self._least = limits.send_rate * limits.send_seconds
        self._timer: asyncio.TimerHandle | None = None
        # Bytes that waited at the last look; `None` when what waited then has been sent.
        self._waiting: int | None = None

    def start(self) -> None:
        """Begin to measure, unless nothing waits or a measurement runs."""
        if self._timer is None and (waiting := self._transport.get_write_buffer_size()):
            self._waiting = waiting
            self._timer = self._loop.call_later(self._every_s, self._look)

    def note_progress(self) -> None:
        """Note that what waited has been sent, so that what is written next is measured by itself."""
        self._waiting = None

    def stop(self) -> None:
        """End the measurement, with the connection."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        before, now = self._waiting, self._transport.get_write_buffer_size()
        if before is not None and now and before - now < min(self._least, before):
            self._transport.abort()
        else:
            self.start()
