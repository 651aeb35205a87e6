"""Waits for the greeting of an IMAP server, and for what it can do, in a way that can be given up."""

from __future__ import annotations

import asyncio
from typing import Any

from hero_assistance_sdk.errors import Unreachable

_LOOK_EVERY_S = 0.2
_GIVE_UP_S = 1.0


async def await_greeting(client: Any, timeout_s: float) -> None:
    """Wait until the server has greeted; raises `Unreachable`, or the error of the library.

    While the library asks what a server can do it holds a lock that a wait for the greeting needs to end: such a wait
    cannot be cancelled, and a server that says nothing more would keep the desk from stopping.
    """
    greeting = asyncio.ensure_future(client.wait_hello_from_server())
    try:
        async with asyncio.timeout(timeout_s):
            while not greeting.done():
                await asyncio.wait({greeting}, timeout=_LOOK_EVERY_S)
                if not greeting.done() and _is_lost(client):
                    raise Unreachable("the connection to the mailbox was lost", hint="it is tried again")
        await greeting
    finally:
        if not greeting.done():
            await _give_up(client, greeting)


async def _give_up(client: Any, greeting: asyncio.Future[None]) -> None:
    """End the tasks of the library first: one of them holds the lock."""
    for task in list(client.protocol.tasks):
        task.cancel()
    greeting.cancel()
    await asyncio.wait({greeting}, timeout=_GIVE_UP_S)


def _is_lost(client: Any) -> bool:
    transport = client.protocol.transport
    return transport is not None and transport.is_closing()
