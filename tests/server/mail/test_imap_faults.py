"""One mail that a mailbox does not hand over stops none behind it; nothing is lost, and nothing is stored twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.errors import HeroError
from hero_assistance_server.mail.receiving import background
from hero_assistance_server.mail.receiving.background import _keep_running, _RunningSource
from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT, Intake
from hero_assistance_server.mail.receiving.model import IncomingMail, MailId, MailState
from hero_assistance_server.mail.receiving.sources import imap, imap_connection
from hero_assistance_server.mail.receiving.sources.imap import read_mailbox
from hero_assistance_server.mail.receiving.sources.imap_tries import TRIES_LIMIT
from hero_assistance_server.storage.errors import DiskFull
from hero_assistance_server.storage.file_storage import FileStorage
from tests.capabilities import DOVECOT, needs
from tests.server.desk import STOP_S
from tests.server.mail.dovecot import dovecot
from tests.server.mail.imap_server import ImapServer, imap_server
from tests.server.mail.mailbox_reading import first_look, mail, make_receiving, reading, stored
from tests.server.store_fixtures import opened

pytestmark = pytest.mark.anyio

FAULTS = ["no", "bad", "nothing", "more than said", "less than said", "cut"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses: every wait here is for a server that fails."""
    monkeypatch.setattr(imap, "RETRY_S", 0.01)
    monkeypatch.setattr(imap, "POLL_S", 0.1)
    monkeypatch.setattr(imap_connection, "ANSWER_S", 2.0)
    monkeypatch.setattr(background, "RETRY_S", 0.01)
    monkeypatch.setattr(background, "RETRY_AT_MOST_S", 0.05)


@pytest.fixture
async def store(hero_root: Path) -> AsyncIterator[FileStorage]:
    async with opened(hero_root / "data") as store:
        yield store


async def records(store: FileStorage) -> list[IncomingMail]:
    return await store.read(lambda snapshot: snapshot.incoming_mails.list_before(MailId(10**9), 100))


async def read_until(store: FileStorage, server: ImapServer, count: int) -> list[IncomingMail]:
    """Read the mailbox over as many connections as it takes, until so many mails are there; returns all."""
    receiving = make_receiving(store)
    source = _RunningSource(imap.CONDITION, read_mailbox)
    task = asyncio.create_task(_keep_running(source, server.url, receiving))
    try:
        async with asyncio.timeout(STOP_S * 4):
            while len(await records(store)) < count or not await _has_position(store, server):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        task.cancel()
        await asyncio.wait([task])
    return (await records(store))[::-1]


async def _has_position(store: FileStorage, server: ImapServer) -> bool:
    name = f"imap:user@127.0.0.1:{server.port}/INBOX"
    found = await store.read(lambda snapshot: snapshot.mailbox_positions.find(name))
    return found is not None and found.last_uid >= max(server.mails)


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_behind_a_mail_that_is_not_handed_over_is_read(store: FileStorage, fault: str) -> None:
    mails = {uid: mail(uid) for uid in (1, 2, 3, 4)}
    async with imap_server(mails, {2: fault}) as server:
        found = await read_until(store, server, 4)
    waiting = [one for one in found if one.state is MailState.RECEIVED]
    (noted,) = [one for one in found if one.state is MailState.QUARANTINED]
    raws = await store.read(lambda snapshot: [snapshot.incoming_mails.read_raw(one.mail_id) for one in waiting])
    assert set(raws) == {mails[1], mails[3], mails[4]}
    assert noted.reason.startswith("the mailbox does not hand it over: ")
    note = await store.read(lambda snapshot: snapshot.incoming_mails.read_raw(noted.mail_id))
    assert note is not None
    assert b"Mail 2 of the mailbox imap:user@127.0.0.1" in note
    assert server.fetches[2] <= TRIES_LIMIT
    assert server.seen == {1, 3, 4}


async def test_a_mail_that_comes_later_is_noted_at_its_place(store: FileStorage) -> None:
    async with imap_server({1: mail(1)}, {2: "no"}) as server:
        await read_until(store, server, 1)
        server.mails |= {2: mail(2), 3: mail(3)}
        found = await read_until(store, server, 3)
    assert [one.state for one in found] == [MailState.RECEIVED, MailState.RECEIVED, MailState.QUARANTINED]


@pytest.mark.parametrize("fault", ["no", "cut"])
async def test_a_fault_that_ends_is_no_loss(store: FileStorage, fault: str) -> None:
    async with imap_server({uid: mail(uid) for uid in (1, 2, 3)}, {2: fault}) as server:
        server.lasts[2] = 2
        found = await read_until(store, server, 3)
    assert {one.state for one in found} == {MailState.RECEIVED}
    assert len(found) == 3


async def test_a_mailbox_that_hands_nothing_over_is_tried_for_a_while(store: FileStorage) -> None:
    mails = {uid: mail(uid) for uid in (1, 2, 3)}
    async with imap_server(mails, dict.fromkeys(mails, "no")) as server:
        for uid in mails:
            server.lasts[uid] = TRIES_LIMIT - 1
        found = await read_until(store, server, 3)
    assert {one.state for one in found} == {MailState.RECEIVED}


async def test_a_mail_that_is_larger_than_said_is_quarantined_with_its_header(store: FileStorage) -> None:
    mails = {1: mail(1, MAIL_LIMIT + 100_000), 2: mail(2)}
    async with imap_server(mails, {1: "small size"}) as server:
        large, small = await read_until(store, server, 2)
    assert (large.state, small.state) == (MailState.QUARANTINED, MailState.RECEIVED)
    assert "at most 36 are read" in large.reason
    assert large.size < 1000


async def test_what_the_desk_cannot_store_is_no_fault_of_the_mail(
    store: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, refused = Intake.receive, 0

    async def refuse_first(self: Intake, *args: Any) -> Any:
        nonlocal refused
        refused += 1
        if refused <= 2 * TRIES_LIMIT:
            raise DiskFull("the disk is full", hint="make room")
        return await receive(self, *args)

    monkeypatch.setattr(Intake, "receive", refuse_first)
    async with imap_server({1: mail(1)}, {}) as server:
        (found,) = await read_until(store, server, 1)
    assert found.state is MailState.RECEIVED


async def test_a_mail_of_which_the_answer_to_another_command_tells_is_read(store: FileStorage) -> None:
    """A client that waits by IDLE is told of it no second time, and would read it half an hour later."""
    async with imap_server({1: mail(1)}, {}) as server:
        server.has_idle, server.next_mail = True, mail(2)
        assert len(await read_until(store, server, 2)) == 2


@needs(DOVECOT)
async def test_a_file_that_dovecot_cannot_read_stops_none_behind_it(hero_root: Path, store: FileStorage) -> None:
    with dovecot(hero_root / "dovecot") as server:
        server.append(mail(1))
        receiving = make_receiving(store)
        async with reading(store, server.url, receiving):
            await stored(store, 1)
            await first_look(store)
        server.append(mail(2))
        server.append(mail(3))
        for path in (server.folder / "mail").glob("*/*"):
            if path.is_file() and b"Subject: 2" in path.read_bytes():
                path.chmod(0)
        async with asyncio.timeout(STOP_S * 4):
            while len(await records(store)) < 3:
                async with reading(store, server.url, receiving) as one:
                    await asyncio.wait([one.task], timeout=0.5)
                    if one.task.done():
                        assert isinstance(one.task.exception(), HeroError)
    states = {(await raw_of(store, one)): one.state for one in await records(store)}
    assert states[mail(3)] is MailState.RECEIVED
    assert sorted(states.values()) == [MailState.QUARANTINED, MailState.RECEIVED, MailState.RECEIVED]


async def raw_of(store: FileStorage, record: IncomingMail) -> bytes | None:
    return await store.read(lambda snapshot: snapshot.incoming_mails.read_raw(record.mail_id))
