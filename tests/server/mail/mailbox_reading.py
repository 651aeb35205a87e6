"""Reads a mailbox in a test, and waits for what is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.errors import HeroError
from hero_assistance_server.desk import Desk as ServedDesk
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.intake import Intake
from hero_assistance_server.mail.receiving.sources.imap import read_mailbox
from hero_assistance_server.mail.receiving.sources.receiving import Receiving
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.users.directory import Directory
from tests.server.databases import execute
from tests.server.desk import STOP_S


@dataclass
class Reading:
    """A task that reads the mailbox."""

    task: asyncio.Task[None]

    async def error(self) -> HeroError:
        async with asyncio.timeout(STOP_S * 2):
            with pytest.raises(HeroError) as caught:
                await self.task
        return caught.value


def make_receiving(store: FileStorage) -> Receiving:
    desk = ServedDesk(store, Hub(), Directory([]), AuthMode.DEV, health=Health())
    return Receiving(desk, Intake(store, Admission(), ArrivalSignal()))


@asynccontextmanager
async def reading(store: FileStorage, url: str, receiving: Receiving | None = None) -> AsyncIterator[Reading]:
    """Read a mailbox while the context is open."""
    task = asyncio.create_task(read_mailbox(url, receiving or make_receiving(store)))
    try:
        yield Reading(task)
    finally:
        task.cancel()
        await asyncio.wait([task])


def mail(number: int, size: int = 0) -> bytes:
    return b"From: erin@example.org\r\nSubject: %d\r\n\r\nhello\r\n" % number + b"x" * 78 * (size // 78)


async def stored(store: FileStorage, count: int) -> list[bytes]:
    """Wait for so many mails; returns all that are stored, in order."""

    def read(snapshot: Any) -> list[bytes]:
        return [snapshot.incoming_mails.read_raw(one.mail_id) for one in snapshot.incoming_mails.list_waiting(1000)]

    async with asyncio.timeout(STOP_S * 2):
        while True:
            found = await store.read(read)
            if len(found) >= count:
                return found
            await asyncio.sleep(0.02)


async def first_look(store: FileStorage) -> None:
    """Wait until the first look at the mailbox is over."""
    async with asyncio.timeout(STOP_S):
        while not store_positions(store):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def store_positions(store: FileStorage) -> int:
    ((count,),) = execute(store.folder, "SELECT count(*) FROM mailbox_positions")
    return int(count)
