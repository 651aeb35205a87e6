"""How fast mails with attachments are filed, and what twenty SIGKILLs in the middle of it do.

A client hands mails over by LMTP, as the mail server of the machine does: it sends again what was not answered.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import apsw

from benchmarks.measure import Figure, Report
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.storage.sqlite.store import DATABASE
from tests.server.mail.settings_socket import telling

MAILS = 10_000
KILLS = 20
TARGET = 200.0
CLIENTS = 8
TIMEOUT_S = 600.0
# Each sends ten, below the rate at which one sender is stopped.
MAILS_EACH = 10
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
            answer = await _ask(reader, writer, make_mail(number) + b"\r\n.\r\n")
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
    async with _desk(mails) as (paths, env, server):
        process = await _start(env)
        await _wait_for(server.socket)
        started = time.perf_counter()
        await server.run()
        await _wait_until_done(paths)
        seconds = time.perf_counter() - started
        await _end(process, signal.SIGTERM)
    return seconds


async def file_through_kills(mails: int, kills: int) -> Killed:
    """Kill the server so often while mails come in, and look at what is filed."""
    async with _desk(mails) as (paths, env, server):
        process = await _start(env)
        sending = asyncio.create_task(server.run())
        for number in range(kills):
            await _wait_for_count(server, (number + 1) * mails // (kills + 1))
            await _end(process, signal.SIGKILL)
            process = await _start(env)
        await sending
        await _wait_until_done(paths)
        await _end(process, signal.SIGTERM)
        filed = Counter(_query(paths, _FILED))
        tickets = Counter(_query(paths, "SELECT title FROM tickets"))
    wanted = {f"{number}@example.org" for number in range(mails)}
    twice = sum(count - 1 for count in tickets.values()) + sum(count - 1 for count in filed.values())
    missing = {f"mail {number}" for number in range(mails)} - tickets.keys()
    return Killed(len(wanted - filed.keys()) + len(missing), twice)


@asynccontextmanager
async def _desk(mails: int) -> AsyncIterator[tuple[Paths, dict[str, str], MailServer]]:
    """An empty desk that listens for mails and trusts its mail server, and the client that hands them over."""
    with tempfile.TemporaryDirectory(prefix="ha", dir="/tmp") as name:
        env = {"PATH": os.environ["PATH"], "HOME": name, "PATH_ROOT": name, "HERO_ASSISTANCE_TCP": "off"}
        if "PYTHONPATH" in os.environ:
            env["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, os.environ["PYTHONPATH"].split(os.pathsep)))
        paths = Paths.from_environ(env)
        paths.service_sockets.mkdir(parents=True)
        process = await _start(env)
        await _wait_for(paths.socket("rpc"))
        await _end(process, signal.SIGTERM)
        _trust_mail_server(paths)
        async with telling(paths, {"MAIL_LISTEN": "lmtp"}):
            yield paths, env, MailServer(paths.socket("lmtp"), deque(range(mails)))


def _trust_mail_server(paths: Paths) -> None:
    connection = apsw.Connection(str(paths.data / DATABASE))
    connection.execute("INSERT INTO settings (name, value) VALUES ('mail_servers', '[\"mx.example\"]')")
    connection.close()


async def _start(env: dict[str, str]) -> asyncio.subprocess.Process:
    with (Path(env["HOME"]) / "server.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hero_assistance_server", "--auth-mode", "dev"),
            env=env,
            stdout=log,
            stderr=log,
            cwd=os.path.sep,
        )


async def _end(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    process.send_signal(number)
    async with asyncio.timeout(TIMEOUT_S):
        await process.wait()


async def _wait_for(path: Path) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not path.exists():  # noqa: ASYNC110, ASYNC240
            await asyncio.sleep(0.02)


async def _wait_for_count(server: MailServer, count: int) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while len(server.done) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _wait_until_done(paths: Paths) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while (await asyncio.to_thread(_query, paths, _OPEN))[0]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def _query(paths: Paths, query: str) -> list[Any]:
    connection = apsw.Connection(str(paths.data / DATABASE), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(5000)
    try:
        return [value for (value,) in connection.execute(query)]
    finally:
        connection.close()
