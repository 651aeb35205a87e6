"""Work that an event cuts short."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


async def run_unless(signalled: asyncio.Future[Any], work: Awaitable[T]) -> T | None:
    """The result of `work`; when `signalled` is done first, cancels `work` and returns `None`."""
    loop = asyncio.get_running_loop()

    def cut(_signalled: asyncio.Future[Any]) -> None:
        # The scope may have ended in the same turn of the loop.
        with contextlib.suppress(RuntimeError):
            scope.reschedule(loop.time())

    try:
        async with asyncio.timeout(None) as scope:
            signalled.add_done_callback(cut)
            try:
                return await work
            finally:
                signalled.remove_done_callback(cut)
    except TimeoutError:
        if not scope.expired():
            raise
        return None
