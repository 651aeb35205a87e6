"""The listener: LMTP over a Unix socket and SMTP over loopback, with a client of the standard library."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.errors import AddressInUse
from hero_assistance_sdk.rpc.errors import InternalError
from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT, Intake
from hero_assistance_server.mail.receiving.sources.listen_address import BadMailSetting, ListenAddress
from hero_assistance_server.mail.receiving.sources.listener import CONNECTIONS_LIMIT, listen
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.storage.errors import DiskFull
from hero_assistance_server.storage.file_storage import FileStorage
from tests.free_ports import find_free_port
from tests.server.mail.mails import write
from tests.server.store_fixtures import opened

pytestmark = pytest.mark.anyio


class FullDisk:
    """A disk that takes nothing."""

    def check(self, _usage: object) -> None:
        raise DiskFull("full")

    def check_files(self, _claimed: int) -> None:
        raise DiskFull("full")


@asynccontextmanager
async def listening(
    folder: Path, address: ListenAddress, admission: Admission | None = None
) -> AsyncIterator[FileStorage]:
    async with (
        opened(folder / "data") as store,
        listen(address, Intake(store, admission or Admission(), ArrivalSignal())),
    ):
        yield store


def on_socket(folder: Path) -> ListenAddress:
    return ListenAddress(is_lmtp=True, path=folder / "lmtp.sock")


async def send(address: ListenAddress, raw: bytes, *recipients: str) -> dict[str, Any]:
    """Hand a mail over; returns the refused recipients."""

    def talk() -> dict[str, Any]:
        client = (
            smtplib.LMTP(str(address.path)) if address.path else smtplib.SMTP(address.host, address.port, timeout=10)
        )
        with client:
            return client.sendmail("erin@example.org", recipients or ["support@desk.example"], raw)

    return await asyncio.to_thread(talk)


async def stored(store: FileStorage) -> list[tuple[tuple[str, ...], bytes | None]]:
    def read(snapshot: Any) -> list[tuple[tuple[str, ...], bytes | None]]:
        found = snapshot.incoming_mails.list_waiting(100)
        return [(one.recipients, snapshot.incoming_mails.read_raw(one.mail_id)) for one in found]

    return await store.read(read)


async def test_lmtp_stores_a_mail_with_its_recipients(hero_root: Path) -> None:
    address, raw = on_socket(hero_root), write().as_bytes().replace(b"\n", b"\r\n")
    async with listening(hero_root, address) as store:
        await send(address, raw)
        assert await stored(store) == [(("support@desk.example",), raw)]


async def test_lmtp_answers_for_each_recipient(hero_root: Path) -> None:
    address = on_socket(hero_root)
    async with listening(hero_root, address) as store:
        reader, writer = await asyncio.open_unix_connection(str(address.path))
        commands = [
            b"LHLO x",
            b"MAIL FROM:<a@b>",
            b"RCPT TO:<c@d>",
            b"RCPT TO:<e@f>",
            b"DATA",
            b"Subject: x",
            b"",
            b".",
        ]
        writer.write(b"\r\n".join([*commands, b"QUIT", b""]))
        answers = (await reader.read()).splitlines()
        writer.close()
        assert sum(b"stored as 1" in line for line in answers) == 2
        assert [recipients for recipients, _raw in await stored(store)] == [("c@d", "e@f")]


async def test_smtp_over_loopback_stores_a_mail(hero_root: Path) -> None:
    address = ListenAddress(is_lmtp=False, host="127.0.0.1", port=find_free_port())
    async with listening(hero_root, address) as store:
        await send(address, b"Subject: x\r\n\r\n.hello\r\n")
        assert [raw for _recipients, raw in await stored(store)] == [b"Subject: x\r\n\r\n.hello\r\n"]


async def test_what_is_sent_once_more_is_stored_once(hero_root: Path) -> None:
    address = on_socket(hero_root)
    async with listening(hero_root, address) as store:
        for _ in range(3):
            await send(address, b"Subject: x\r\n\r\nhello\r\n")
        assert len(await stored(store)) == 1


async def test_a_mail_that_is_too_large_is_refused_for_good(hero_root: Path) -> None:
    address = ListenAddress(is_lmtp=False, host="127.0.0.1", port=find_free_port())
    async with listening(hero_root, address) as store:
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            await send(address, b"Subject: x\r\n\r\n" + b"a" * 998 * (MAIL_LIMIT // 998 + 2))
        assert refused.value.smtp_code == 552
        assert await stored(store) == []


async def test_a_full_disk_makes_the_mail_server_keep_a_mail(hero_root: Path) -> None:
    address = ListenAddress(is_lmtp=False, host="127.0.0.1", port=find_free_port())
    async with listening(hero_root, address, Admission(space=FullDisk())):
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            await send(address, b"Subject: x\r\n\r\nhello\r\n")
        assert refused.value.smtp_code == 451


async def test_a_long_line_is_no_reason_to_lose_a_mail(hero_root: Path) -> None:
    address = on_socket(hero_root)
    async with listening(hero_root, address) as store:
        await send(address, b"Subject: x\r\n\r\n" + b"word " * 20_000 + b"\r\n")
        assert len(await stored(store)) == 1


async def test_a_thousand_connections_leave_the_server_alone(hero_root: Path) -> None:
    address = on_socket(hero_root)
    async with listening(hero_root, address) as store:
        greetings = []
        writers = []
        for _ in range(1000):
            reader, writer = await asyncio.open_unix_connection(str(address.path))
            writers.append(writer)
            greetings.append(await reader.readline())
        assert sum(line.startswith(b"220") for line in greetings) == CONNECTIONS_LIMIT
        assert sum(line.startswith(b"421") for line in greetings) == 1000 - CONNECTIONS_LIMIT
        for writer in writers:
            writer.close()
            await writer.wait_closed()
        async with asyncio.timeout(10):
            while True:
                try:
                    await send(address, b"Subject: x\r\n\r\nhello\r\n")
                    break
                except smtplib.SMTPException:
                    await asyncio.sleep(0.05)
        assert len(await stored(store)) == 1


async def test_a_connection_that_is_cut_stores_nothing(hero_root: Path) -> None:
    address = on_socket(hero_root)
    async with listening(hero_root, address) as store:
        reader, writer = await asyncio.open_unix_connection(str(address.path))
        writer.write(b"LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\nhel")
        await writer.drain()
        await reader.readline()
        writer.close()
        await writer.wait_closed()
        await send(address, b"Subject: y\r\n\r\nhello\r\n")
        assert len(await stored(store)) == 1


async def test_a_file_in_its_place_is_left_alone(hero_root: Path) -> None:
    address = on_socket(hero_root)
    assert address.path is not None
    address.path.write_text("precious")
    with pytest.raises(BadMailSetting, match="is a file"):
        async with listening(hero_root, address):
            pass
    assert address.path.read_text() == "precious"


async def test_two_listeners_of_one_address_are_refused(hero_root: Path) -> None:
    address = on_socket(hero_root)
    async with listening(hero_root, address) as store:
        with pytest.raises(AddressInUse):
            async with listen(address, Intake(store, Admission(), ArrivalSignal())):
                pass


class Defect:
    """A disk that cannot be asked."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def check(self, _usage: object) -> None:
        raise self._error

    def check_files(self, _claimed: int) -> None:
        raise self._error


@pytest.mark.parametrize("error", [InternalError("a defect"), MemoryError(), ValueError("no such thing")])
async def test_a_defect_makes_the_mail_server_keep_a_mail(hero_root: Path, error: Exception) -> None:
    """An answer for good would lose it; LMTP has one for each recipient."""
    address = on_socket(hero_root)
    async with listening(hero_root, address, Admission(space=Defect(error))):
        reader, writer = await asyncio.open_unix_connection(str(address.path))
        writer.write(
            b"LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\nSubject: x\r\n\r\n.\r\nQUIT\r\n"
        )
        answers = (await reader.read()).splitlines()
        writer.close()
    assert [line[:3] for line in answers[-3:]] == [b"451", b"451", b"221"]
