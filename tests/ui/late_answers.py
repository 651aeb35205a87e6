"""Makes the page's daemon answer late and out of order, as on a busy machine: a test that does not wait fails at once.

It runs in the daemon, before that begins. `TESTS_LATE_ANSWERS=1` has `tests/ui/fork_server.py` do it.
"""

from __future__ import annotations

import asyncio
import random

from starlette.types import Message, Receive, Scope, Send

from hero_assistance_ui.application import Gateway

# Chosen among with the same odds.
BEFORE_S = (0.0, 0.0, 0.1, 0.3)
AFTER_S = (0.0, 0.05, 0.2, 0.5)


def delay_answers() -> None:
    """Put a random pause before each request is handled, and another one before its answer begins."""
    answer = Gateway.__call__

    async def answer_late(gateway: Gateway, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_late(message: Message) -> None:
            if message["type"] == "http.response.start":
                await asyncio.sleep(random.choice(AFTER_S))  # noqa: S311
            await send(message)

        if scope["type"] != "http":
            await answer(gateway, scope, receive, send)
            return
        await asyncio.sleep(random.choice(BEFORE_S))  # noqa: S311
        await answer(gateway, scope, receive, send_late)

    Gateway.__call__ = answer_late  # type: ignore[assignment, method-assign]
