"""How fast mails with attachments are filed, and what twenty SIGKILLs in the middle of it do.

A client hands mails over by LMTP, as the mail server of the machine does: it sends again what was not answered.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import apsw

from benchmarks.mail.killable_server import KillableServer, killable_server
from benchmarks.measure import Figure, Report
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.server.mail.settings_socket import telling

MAILS = 10_000
KILLS = 20
TARGET = 200.0
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"MAILS": 60, "KILLS": 2}
CLIENTS = 8
TIMEOUT_S = 600.0
# Each sends ten, below the rate at which one sender is stopped.
MAILS_EACH = 10
# Each sender is new: a desk on its first day would not take so many within an hour.
_LIMITS = "mail_newcomers_per_hour=off,mail_newcomers_per_hour_per_domain=off"
_TEXT = "The network is down since this morning.\n" * 10
_OPEN = "SELECT count(*) FROM incoming_mails WHERE state = 'received'"
_FILED = "SELECT header_id FROM incoming_mails WHERE state = 'filed'"


def measure(dist: Path) -> Report:
    """File mails without and with kills; `dist` is not needed, the server is the installed one."""
    report = Report("Incoming mail", "./buildenv.sh nox -s bench -- incoming_mail")
    seconds = asyncio.run(file_all(MAILS))
    rate = MAILS / seconds
    report.add(Figure("mails with an attachment filed", rate, "/s", target="≥ 200 /s", met=rate >= TARGET))
    found = asyncio.run(file_through_kills(MAILS, KILLS))
    for name, value in (("lost", found.lost), ("filed twice", found.twice)):
        report.add(Figure(f"mails {name} through {KILLS} SIGKILLs", value, "", target="0", met=value == 0))
    return report


@dataclass(frozen=True)
class Killed:
    """How many mails were not filed, and how many were filed more than once."""

    lost: int
    twice: int


@dataclass
class MailServer:
    """Hands mails over, several at once, until each is answered."""

    socket: Path
    waiting: deque[int]
    # Written before: how long that takes is no figure of the desk.
    mails: Sequence[bytes]
    done: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Hand over all of them."""
        async with asyncio.timeout(TIMEOUT_S), asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(self._send_some())

    async def _send_some(self) -> None:
        while self.waiting:
            try:
                reader, writer = await asyncio.open_unix_connection(str(self.socket))
            except OSError:
                await asyncio.sleep(0.02)
                continue
            try:
                await _ask(reader, writer, b"")
                await _ask(reader, writer, b"LHLO bench\r\n")
                while self.waiting:
                    await self._send_one(reader, writer)
            except (OSError, EOFError):
                # The server is killed; what it did not answer is sent again.
                continue
            finally:
                writer.close()

    async def _send_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self.waiting.popleft()
        try:
            for command in (b"MAIL FROM:<a@example.org>", b"RCPT TO:<support@desk.example>", b"DATA"):
                await _ask(reader, writer, command + b"\r\n")
            answer = await _ask(reader, writer, self.mails[number] + b"\r\n.\r\n")
            if not answer.startswith(b"250"):
                raise EOFError
            self.done.add(number)
        except BaseException:
            self.waiting.append(number)
            raise


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes) -> bytes:
    """Send a command and return the last line of its answer; the greeting answers none."""
    writer.write(line)
    await writer.drain()
    while answer := await reader.readline():
        if answer[3:4] == b" ":
            return answer
    raise EOFError


def make_mail(number: int) -> bytes:
    """Return a mail with an attachment of 8 KiB that no other mail has."""
    mail = EmailMessage()
    mail["From"] = f"User <user{number // MAILS_EACH}@example.org>"
    mail["To"] = "support@desk.example"
    mail["Subject"] = f"mail {number}"
    mail["Message-ID"] = f"<{number}@example.org>"
    mail["Authentication-Results"] = "mx.example; dmarc=pass header.from=example.org"
    mail.set_content(_TEXT)
    mail.add_attachment(
        f"{number}\n".encode() * (8192 // 8), maintype="application", subtype="octet-stream", filename="trace.bin"
    )
    return mail.as_bytes().replace(b"\n", b"\r\n")


async def file_all(mails: int) -> float:
    """Return how many seconds it takes from the first mail that is handed over to the last that is filed."""
    async with _desk(mails) as (server, sender):
        await server.start()
        await server.wait_for_socket(sender.socket)
        started = time.perf_counter()
        await sender.run()
        await server.wait_until_none(_OPEN)
        seconds = time.perf_counter() - started
        await server.end()
    return seconds


async def file_through_kills(mails: int, kills: int) -> Killed:
    """Kill the server so often while mails come in, and look at what is filed."""
    async with _desk(mails) as (server, sender):
        await server.start()
        sending = asyncio.create_task(sender.run())
        for number in range(kills):
            await _wait_for_count(sender, (number + 1) * mails // (kills + 1))
            await server.end(signal.SIGKILL)
            await server.start()
        await sending
        await server.wait_until_none(_OPEN)
        await server.end()
        filed = Counter(server.query(_FILED))
        tickets = Counter(server.query("SELECT title FROM tickets"))
    wanted = {f"{number}@example.org" for number in range(mails)}
    twice = sum(count - 1 for count in tickets.values()) + sum(count - 1 for count in filed.values())
    missing = {f"mail {number}" for number in range(mails)} - tickets.keys()
    return Killed(len(wanted - filed.keys()) + len(missing), twice)


@asynccontextmanager
async def _desk(mails: int) -> AsyncIterator[tuple[KillableServer, MailServer]]:
    """An empty desk that listens for mails and trusts its mail server, and the client that hands them over."""
    written = [make_mail(number) for number in range(mails)]
    with killable_server(TIMEOUT_S, HERO_ASSISTANCE_LIMITS=_LIMITS) as server:
        server.paths.service_sockets.mkdir(parents=True)
        await server.start()
        await server.wait_for_socket(server.paths.socket("rpc"))
        await server.end()
        _trust_mail_server(server.paths)
        async with telling(server.paths, {"MAIL_LISTEN": "lmtp"}):
            yield server, MailServer(server.paths.socket("lmtp"), deque(range(mails)), written)


def _trust_mail_server(paths: Paths) -> None:
    connection = apsw.Connection(str(paths.data / DATABASE))
    connection.execute("INSERT INTO settings (name, value) VALUES ('mail_servers', '[\"mx.example\"]')")
    connection.close()


async def _wait_for_count(sender: MailServer, count: int) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while len(sender.done) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
