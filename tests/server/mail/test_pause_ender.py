"""A mail server that is set while letters wait for another one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_server.jobs.running import running
from hero_assistance_server.mail.sending import pause_ender
from hero_assistance_server.mail.sending.pause_ender import end_pauses
from hero_assistance_server.outbox.model import ChannelDown
from hero_assistance_server.outbox.pauses import ChannelPause
from tests.server.desk import until

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
FIRST = DaemonSettings(smtp_url="smtp://a.example.org", mail_from="a@example.org")
SECOND = DaemonSettings(smtp_url="smtp://b.example.org", mail_from="a@example.org")


async def test_another_mail_server_ends_a_pause_and_the_same_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pause_ender, "LOOK_EVERY_S", 0.001)
    pause, woken = ChannelPause(), asyncio.Event()
    settings: list[DaemonSettings | None] = [None]
    pause.note_fault(ChannelDown("away"), NOON, 4)
    async with running(lambda: end_pauses(lambda: settings[-1], pause, woken.set)):
        for known in (None, FIRST, FIRST, None, FIRST):
            settings.append(known)
            await asyncio.sleep(0.02)
        assert pause.room(4, NOON) == 0
        assert not woken.is_set()
        settings.append(SECOND)
        await until(woken.is_set)
    assert pause.room(4, NOON) == 1
