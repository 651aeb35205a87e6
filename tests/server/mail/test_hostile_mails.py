"""Mails as programs and strangers write them: pictures without ids, a thousand files, deep forwards, two desks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.jobs import settings_watch
from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.filing.filer import Filer
from hero_assistance_server.mail.receiving.filing.filing import Filing
from hero_assistance_server.mail.receiving.intake import Intake
from hero_assistance_server.mail.receiving.model import Arrival, MailId, MailState
from hero_assistance_server.mail.receiving.parsing.parser import parse_mail
from hero_assistance_server.mail.receiving.parsing.parts import PARTS_LIMIT
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.users.directory import Directory
from tests.server.databases import execute
from tests.server.desk import STOP_S, Desk, running
from tests.server.mail.mails import settled, write
from tests.server.mail.settings_socket import telling
from tests.server.store_fixtures import opened

pytestmark = pytest.mark.anyio

HEAD = b"From: Erin <erin@example.org>\r\nSubject: hello\r\n"
PICTURE = b"\x89PNG\r\n\x1a\n"


def related(html: bytes, *headers: bytes) -> bytes:
    """A mail of HTML and one picture with these headers."""
    return (
        HEAD
        + b"Content-Type: multipart/related; boundary=q\r\n\r\n--q\r\nContent-Type: text/html\r\n\r\n"
        + html
        + b"\r\n--q\r\n"
        + b"\r\n".join([b"Content-Type: image/png; name=image001.png", *headers])
        + b"\r\n\r\nPNG\r\n--q--\r\n"
    )


@pytest.mark.parametrize(
    ("source", "headers"),
    [
        (b"cid:image001.png@01DA1234.5678", [b"Content-ID: <image001.png@01DA1234.5678>"]),
        (b"cid:a%25b@x", [b"Content-ID: <a%b@x>"]),
        (b"cid:image001.png@01DA1234.5678", []),
        (b"cid:image001.png", [b"Content-Disposition: inline; filename=image001.png"]),
        (b"https://example.org/p.png", [b"Content-Location: https://example.org/p.png"]),
    ],
)
def test_a_picture_of_outlook_stands_in_its_place_also_without_an_id(source: bytes, headers: list[bytes]) -> None:
    html = b'<p>Above</p><img src="' + source + b'"><p>Below</p>'
    content = parse_mail(related(html, *headers)).content
    assert content.text == "Above\n\n[picture: image001.png]\n\nBelow"
    assert [file.name for file in content.files] == ["image001.png"]


def test_a_picture_that_the_html_does_not_name_stands_behind_it() -> None:
    """As Apple's program sends pictures: inline, without an id."""
    content = parse_mail(related(b"<p>Above</p>", b"Content-Disposition: inline")).content
    assert content.text == "Above\n\n[picture: image001.png]"


def test_a_forward_in_a_forward_is_one_file_however_deep() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nSee below\r\n--q\r\n"
    raw += b"Content-Type: message/rfc822\r\n\r\n" * 10_000 + b"hello\r\n--q--\r\n"
    started = time.perf_counter()
    content = parse_mail(raw).content
    assert time.perf_counter() - started < 1
    assert content.text == "See below"
    assert [file.name for file in content.files] == ["file-1.eml"]


@pytest.fixture
async def store(hero_root: Path) -> AsyncIterator[FileStorage]:
    async with opened(hero_root / "data") as store:
        yield store


async def file_raw(store: FileStorage, *raws: bytes) -> list[MailState]:
    """File mails; returns what became of each."""
    arrivals = ArrivalSignal()
    intake = Intake(store, Admission(), arrivals)
    for raw in raws:
        await intake.receive(Arrival("listener", raw))
    await Filer(store, Filing(Directory([]), Admission()), arrivals).file_waiting()
    found = await store.read(lambda snapshot: snapshot.incoming_mails.list_before(MailId(10**9), 1000))
    return [one.state for one in found[::-1]]


async def test_a_thousand_attachments_are_ten_and_a_remark(store: FileStorage) -> None:
    parts = b"".join(
        b"--q\r\nContent-Type: application/zip; name=%d.zip\r\n\r\n%d\r\n" % (number, number)
        for number in range(PARTS_LIMIT)
    )
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=q\r\n\r\n" + parts + b"--q--\r\n"
    assert await file_raw(store, raw) == [MailState.FILED]
    (ticket,) = execute(store.folder, "SELECT body FROM tickets")
    assert "990 more files are in the stored mail" in ticket[0]
    assert execute(store.folder, "SELECT count(*) FROM attachments") == [(10,)]


@pytest.mark.parametrize(
    "header",
    [
        b"References: " + b"\r\n ".join(b"<%d@example.org>" % one for one in range(3000)),
        b"Subject: =?utf-8?q?a=0D=0ABcc:_victim@example.org?=",
        b"From: =?utf-8?q?a=0D=0ABcc:_victim=40example.org?= <b@example.org>",
        b"Message-ID: <[1234]@x>",
        b"Date: " + b"9" * 10_000,
        b"Content-Type: text/calendar; method=REQUEST; charset=x-none",
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64",
        b"Content-Disposition: attachment; filename*0*=x-none''%ff; filename*1=" + b"n" * 3000,
    ],
)
async def test_an_odd_header_is_filed(store: FileStorage, header: bytes) -> None:
    sender = b"" if header.startswith(b"From") else b"From: erin@example.org\r\n"
    assert await file_raw(store, sender + header + b"\r\n\r\nhello\r\n") == [MailState.FILED]
    texts = execute(store.folder, "SELECT name FROM users UNION ALL SELECT title FROM tickets")
    assert not any("\n" in text or "\r" in text for (text,) in texts)


async def test_one_mail_in_several_mailboxes_is_filed_once_also_when_they_come_together(store: FileStorage) -> None:
    mails = [
        write(Message_ID="<1@example.org>", Delivered_To=f"box{number}@desk.example").as_bytes() for number in range(5)
    ]
    states = await file_raw(store, *mails)
    assert states == [MailState.FILED, *[MailState.IGNORED] * 4]


class TwoDesks:
    """Two desks whose letters go to each other, as mail servers bring them."""

    def __init__(self, *desks: Desk) -> None:
        self.desks = desks
        self.carried: set[Path] = set()

    async def carry(self) -> int:
        """Bring every new letter to the other desk; returns how many there were."""
        count = 0
        for desk, other in zip(self.desks, reversed(self.desks), strict=True):
            for path in sorted(desk.paths.mail.glob("[!.]*.eml")):
                if path not in self.carried:
                    self.carried.add(path)
                    count += 1
                    await other.call("mail.deliver", "alice", text=path.read_text())
        for desk in self.desks:
            await settled(desk)
        return count


async def until_sent(desk: Desk) -> None:
    """Wait until no letter waits any more."""
    async with asyncio.timeout(STOP_S):
        while any(one["state"] == "waiting" for one in (await desk.call("outbox.counts", "alice"))["counts"]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_two_desks_that_answer_each_other_stop_after_one_round(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_watch, "PAUSE_S", 0.05)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="ha", dir="/tmp"))
        other_paths = Paths.from_environ({"HOME": folder, "PATH_ROOT": folder})
        desks = []
        for one, name in ((paths, "first"), (other_paths, "second")):
            await stack.enter_async_context(telling(one, {"MAIL_FROM": f"Help <help@{name}.example>"}))
            desks.append(await stack.enter_async_context(running(one)))
        # The first desk thinks that a customer wrote, whose address is the second desk.
        mail = write("hello", sender="help@second.example").as_bytes().decode()
        await desks[0].call("mail.deliver", "alice", text=mail)
        await settled(desks[0])
        pair = TwoDesks(*desks)
        rounds = []
        for _ in range(6):
            for desk in desks:
                await until_sent(desk)
            rounds.append(await pair.carry())
    assert rounds[0] == 1
    assert rounds[2:] == [0, 0, 0, 0]
