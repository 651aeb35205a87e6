"""Ends the pause of letters when another mail server is set: what the one before refused says nothing of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_server.outbox.pauses import ChannelPause

# A look at memory: the supervisor is asked every half minute.
LOOK_EVERY_S = 1.0


async def end_pauses(
    settings: Callable[[], DaemonSettings | None], pause: ChannelPause, wake: Callable[[], None]
) -> None:
    """Lift the pause and wake the sender whenever the settings of outgoing mail change, until cancelled."""
    known: tuple[str | None, str | None] | None = None
    while True:
        found = settings()
        if found is not None and not found.is_closed:
            now = (found.smtp_url, found.mail_from)
            if known not in (None, now) and pause.is_down:
                pause.lift()
                wake()
            known = now
        await asyncio.sleep(LOOK_EVERY_S)
