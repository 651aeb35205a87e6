"""A fault of the desk is none of the mail's: it waits, others go on, and no attempt is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.filing import filer as filers
from hero_assistance_server.mail.receiving.filing import preparation
from hero_assistance_server.mail.receiving.filing.attempts import Attempts
from hero_assistance_server.mail.receiving.filing.filer import Filer
from hero_assistance_server.mail.receiving.filing.filing import Filing
from hero_assistance_server.mail.receiving.intake import Intake
from hero_assistance_server.mail.receiving.model import Arrival, IncomingMail, MailId, MailState
from hero_assistance_server.mail.receiving.parsing.parser import parse_mail
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.storage.errors import DiskFull, StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.users.directory import Directory
from tests.server.desk import STOP_S
from tests.server.mail.mails import write
from tests.server.store_fixtures import opened

pytestmark = pytest.mark.anyio

T = TypeVar("T")


@pytest.fixture
async def store(hero_root: Path) -> AsyncIterator[FileStorage]:
    async with opened(hero_root / "data") as store:
        yield store


class Disk:
    """A disk that is full until somebody makes room."""

    def __init__(self) -> None:
        self.is_full = True

    def check(self, usage: Usage) -> None:
        """Take texts."""

    def check_files(self, claimed: int) -> None:
        """Take no files while it is full."""
        if self.is_full and claimed:
            raise DiskFull("the disk is full", hint="make room")


def with_file(number: int) -> EmailMessage:
    mail = write(f"{number}", sender=f"s{number}@example.org")
    mail.add_attachment(b"%d" % number, maintype="application", subtype="zip", filename="a.zip")
    return mail


async def take_in(store: FileStorage, *mails: EmailMessage) -> None:
    intake = Intake(store, Admission(), ArrivalSignal())
    for mail in mails:
        await intake.receive(Arrival("listener", mail.as_bytes()))


async def records(store: FileStorage) -> list[IncomingMail]:
    found = await store.read(lambda snapshot: snapshot.incoming_mails.list_before(MailId(10**9), 1000))
    return found[::-1]


def make_filer(store: FileStorage, admission: Admission | None = None) -> Filer:
    return Filer(store, Filing(Directory([]), admission or Admission()), ArrivalSignal())


async def test_a_full_disk_counts_for_no_attempt_however_often(
    store: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filers, "RETRY_S", 0.0)
    disk = Disk()
    filer = make_filer(store, Admission(space=disk))
    await take_in(store, with_file(1), write("words alone"))
    for _ in range(20):
        await filer._run_once()
    waiting, filed = await records(store)
    assert (waiting.state, waiting.attempts) == (MailState.RECEIVED, 0)
    assert filed.state is MailState.FILED
    disk.is_full = False
    await filer._run_once()
    assert [one.state for one in await records(store)] == [MailState.FILED, MailState.FILED]


async def test_mails_that_wait_for_the_disk_stop_none_behind_them(store: FileStorage) -> None:
    filer = make_filer(store, Admission(space=Disk()))
    await take_in(store, *(with_file(number) for number in range(filers.BATCH_LIMIT)), write("words"), with_file(99))
    await take_in(store, *(write(f"more {number}", sender=f"t{number}@example.org") for number in range(5)))
    await filer.file_waiting()
    await filer.file_waiting()
    states = [one.state for one in await records(store)]
    assert states.count(MailState.FILED) == 6
    assert states.count(MailState.RECEIVED) == filers.BATCH_LIMIT + 1


class LockedStore:
    """A store whose database cannot be written for some commands; it is the store itself otherwise."""

    def __init__(self, store: FileStorage) -> None:
        self._store = store
        self.refuses: Callable[[Any], bool] = lambda command: False

    async def write(self, command: Callable[[UnitOfWork], T]) -> T:
        if self.refuses(command):
            raise StoreUnavailable("the database cannot be written: locked")
        return await self._store.write(command)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_a_database_that_is_locked_counts_for_no_attempt(
    store: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filers, "RETRY_S", 0.0)
    locked = LockedStore(store)
    filer = make_filer(locked)
    await take_in(store, write())
    counted = 0

    def refuse_all_but_the_first(command: Any) -> bool:
        nonlocal counted
        counted += 1
        return counted % 3 != 1

    locked.refuses = refuse_all_but_the_first
    for _ in range(20):
        await filer._run_once()
    (mail,) = await records(store)
    assert mail.state is MailState.RECEIVED
    assert mail.attempts <= 1
    locked.refuses = lambda command: False
    await filer._run_once()
    assert (await records(store))[0].state is MailState.FILED


async def test_a_desk_that_closes_counts_for_no_attempt(store: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    started = asyncio.Event()

    async def wait_for_ever(*_args: object) -> None:
        started.set()
        await asyncio.Event().wait()

    await take_in(store, write())
    for _ in range(6):
        filer = make_filer(store)
        monkeypatch.setattr(type(filer._preparation), "prepare", wait_for_ever)
        started.clear()
        task = asyncio.create_task(filer.run())
        async with asyncio.timeout(STOP_S):
            await started.wait()
            assert (await records(store))[0].attempts == 1
            task.cancel()
            await asyncio.wait([task])
    assert (await records(store))[0].attempts == 0


async def test_a_process_that_dies_leaves_its_attempt_counted(store: FileStorage) -> None:
    await take_in(store, write())
    for _ in range(5):
        await Attempts(store).begin([MailId(1)])
    await make_filer(store).file_waiting()
    (mail,) = await records(store)
    assert (mail.state, mail.reason) == (MailState.QUARANTINED, "5 attempts to file it ended without a result")


async def test_a_mail_that_is_broken_stops_none_behind_it(store: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect is the mail's: it is quarantined at once."""

    def fail(raw: bytes) -> Any:
        if b"poison" in raw:
            raise ZeroDivisionError
        return parse_mail(raw)

    monkeypatch.setattr(preparation, "parse_mail", fail)
    await take_in(store, write("poison"), write("hello", sender="b@example.org"))
    await make_filer(store).file_waiting()
    assert [one.state for one in await records(store)] == [MailState.QUARANTINED, MailState.FILED]


async def test_a_portion_that_fails_as_a_whole_costs_only_the_mail_at_fault(
    store: FileStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all = preparation._write_all

    def fail(files: Any, read: Any, facts: Any) -> Any:
        if any(b"poison" in one.parsed.subject.encode() for one in read):
            raise MemoryError
        return write_all(files, read, facts)

    monkeypatch.setattr(preparation, "_write_all", fail)
    await take_in(
        store, write("a", subject="poison"), *(write(f"{number}", sender=f"s{number}@x.org") for number in range(9))
    )
    await make_filer(store).file_waiting()
    states = [one.state for one in await records(store)]
    assert states == [MailState.QUARANTINED, *[MailState.FILED] * 9]
