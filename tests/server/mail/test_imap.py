"""A mailbox is read over IMAP, against a real Dovecot: nothing is lost, and nothing is stored twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.errors import HeroError, Unreachable
from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT
from hero_assistance_server.mail.receiving.model import MailState
from hero_assistance_server.mail.receiving.sources.imap_connection import MailboxUnreadable
from hero_assistance_server.storage.file_storage import FileStorage
from tests.capabilities import DOVECOT, needs
from tests.server.desk import STOP_S
from tests.server.mail.dovecot import Dovecot, dovecot
from tests.server.mail.mailbox_reading import first_look, mail, reading, stored
from tests.server.store_fixtures import opened

pytestmark = [
    pytest.mark.anyio,
    needs(DOVECOT),
]


@pytest.fixture
def server(hero_root: Path) -> Iterator[Dovecot]:
    with dovecot(hero_root / "dovecot") as running:
        yield running


@pytest.fixture
async def store(hero_root: Path) -> AsyncIterator[FileStorage]:
    async with opened(hero_root / "data") as store:
        yield store


async def test_what_waits_is_read_in_order_and_marked(server: Dovecot, store: FileStorage) -> None:
    for number in range(5):
        server.append(mail(number))
    async with reading(store, server.url):
        assert await stored(store, 5) == [mail(number) for number in range(5)]
        async with asyncio.timeout(STOP_S):
            while await asyncio.to_thread(server.count_unseen):  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_what_was_seen_before_the_first_look_is_old(server: Dovecot, store: FileStorage) -> None:
    server.append(mail(1), "\\Seen")
    server.append(mail(2))
    async with reading(store, server.url):
        assert await stored(store, 1) == [mail(2)]


async def test_a_mail_arrives_by_itself(server: Dovecot, store: FileStorage) -> None:
    async with reading(store, server.url):
        for number in range(3):
            await asyncio.to_thread(server.append, mail(number))
            assert await stored(store, number + 1) == [mail(one) for one in range(number + 1)]


async def test_what_another_program_marks_as_seen_is_read_all_the_same(server: Dovecot, store: FileStorage) -> None:
    server.append(mail(1))
    async with reading(store, server.url):
        await stored(store, 1)
        await first_look(store)
    server.append(mail(2), "\\Seen")
    async with reading(store, server.url):
        assert await stored(store, 2) == [mail(1), mail(2)]


async def test_nothing_is_stored_twice_after_a_cut(server: Dovecot, store: FileStorage) -> None:
    for number in range(40):
        server.append(mail(number, 100_000))
    cuts = 0
    async with asyncio.timeout(STOP_S * 6):
        while len(await stored(store, 0)) < 40:
            async with reading(store, server.url) as one:
                await stored(store, min(40, len(await stored(store, 0)) + 5))
                server.cut_connections()
                cuts += 1
                if len(await stored(store, 0)) < 40:
                    assert isinstance(await one.error(), HeroError)
    assert cuts > 1
    assert await stored(store, 40) == [mail(number, 100_000) for number in range(40)]


async def test_a_lost_connection_ends_the_wait(server: Dovecot, store: FileStorage) -> None:
    server.append(mail(1))
    async with reading(store, server.url) as one:
        await stored(store, 1)
        await asyncio.sleep(0.5)
        server.cut_connections()
        assert isinstance(await one.error(), Unreachable)


async def test_a_mail_that_is_too_large_is_quarantined_with_its_header(server: Dovecot, store: FileStorage) -> None:
    server.append(mail(1, MAIL_LIMIT + 100_000))
    server.append(mail(2))
    async with reading(store, server.url):
        assert await stored(store, 1) == [mail(2)]

    def read(snapshot: Any) -> Any:
        return snapshot.incoming_mails.list_before(10, 10, MailState.QUARANTINED)

    (large,) = await store.read(read)
    assert "at most 36 are read" in large.reason


async def test_a_server_without_idle_is_polled(
    hero_root: Path, store: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hero_assistance_server.mail.receiving.sources.imap.POLL_S", 0.1)
    with dovecot(hero_root / "plain", with_idle=False) as server:
        async with reading(store, server.url):
            await asyncio.to_thread(server.append, mail(1))
            await stored(store, 1)
            await asyncio.to_thread(server.append, mail(2))
            assert await stored(store, 2) == [mail(1), mail(2)]


async def test_a_wrong_password_is_said_and_not_shown(server: Dovecot, store: FileStorage) -> None:
    async with reading(store, server.url.replace("cr%40t", "wrong")) as one:
        error = await one.error()
    assert isinstance(error, MailboxUnreadable)
    assert "refuses the user or the password" in error.message
    assert "wrong" not in error.message


async def test_a_folder_that_is_not_there_is_said(server: Dovecot, store: FileStorage) -> None:
    async with reading(store, server.url.replace("INBOX", "None")) as one:
        assert "does not open the folder None" in (await one.error()).message


async def test_a_server_that_is_not_there_is_said_at_once(store: FileStorage) -> None:
    async with reading(store, "imap://a:b@127.0.0.1:9") as one:
        assert isinstance(await one.error(), Unreachable)
