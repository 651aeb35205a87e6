"""How fast the outbox sends letters to a local mail server, and what twenty SIGKILLs in the middle of it do."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from benchmarks.mail.killable_server import KillableServer, killable_server
from benchmarks.measure import Figure, Report
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.service import queue_letter
from hero_assistance_server.storage.sqlite.store import open_store
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.mail.settings_socket import telling

LETTERS = 1000
KILLS = 20
TARGET_S = 10.0
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"LETTERS": 60, "KILLS": 2}
TIMEOUT_S = 300.0
_TEXT = "Bob answered your ticket.\n\n> Please try again.\n" * 20
_OPEN = "SELECT count(*) FROM deliveries WHERE state = 'waiting'"
_IN_FLIGHT = "SELECT target FROM deliveries WHERE begun_at IS NOT NULL"


def measure(dist: Path) -> Report:
    """Send letters without and with kills; `dist` is not needed, the server is the installed one."""
    report = Report("Outbox", "./buildenv.sh nox -s bench -- outbox")
    seconds = asyncio.run(send_all(LETTERS))
    figure = Figure(f"{LETTERS} letters to a local mail server", seconds, "s", target="≤ 10 s", met=seconds <= TARGET_S)
    report.add(figure)
    found = asyncio.run(send_through_kills(LETTERS, KILLS))
    for name, value in (("lost", found.lost), ("sent twice", found.twice)):
        report.add(Figure(f"letters {name} through {KILLS} SIGKILLs", value, "", target="0", met=value == 0))
    report.notes.append(
        f"Of the letters that were in flight at a kill, {found.in_window} came twice: the mail server had them, and "
        "the killed process had not written that down. SMTP leaves that moment open (RFC 1047); the Message-ID is the "
        "same."
    )
    return report


@dataclass(frozen=True)
class Killed:
    """How often letters did not come, came twice, and came twice within the moment that SMTP leaves open."""

    lost: int
    twice: int
    in_window: int


@dataclass
class Inbox:
    """A mail server that counts the letters to each receiver."""

    counts: Counter[str] = field(default_factory=Counter)
    port: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Take a letter, and answer when it is taken."""
        self.counts.update(envelope.rcpt_tos)
        self.arrived.set()
        return "250 OK"

    async def wait_for(self, count: int) -> None:
        """Wait until so many receivers have a letter."""
        async with asyncio.timeout(TIMEOUT_S):
            while len(self.counts) < count:
                self.arrived.clear()
                await self.arrived.wait()


async def send_all(letters: int) -> float:
    """Return how many seconds the outbox takes, from the first letter that arrives to the last that is written down."""
    async with _desk(letters) as (server, inbox):
        await server.start()
        await inbox.wait_for(1)
        started = time.perf_counter()
        await server.wait_until_none(_OPEN)
        seconds = time.perf_counter() - started
        await server.end()
    return seconds


async def send_through_kills(letters: int, kills: int) -> Killed:
    """Kill the server so often while it sends, each time with letters in flight, and look at what arrived."""
    open_at_a_kill: Counter[str] = Counter()
    async with _desk(letters) as (server, inbox):
        for number in range(kills):
            await server.start()
            await inbox.wait_for((number + 1) * letters // (kills + 1))
            await server.end(signal.SIGKILL)
            open_at_a_kill.update(server.query(_IN_FLIGHT))
        await server.start()
        await server.wait_until_none(_OPEN)
        await server.end()
        counts = inbox.counts
    again = {to: count - 1 for to, count in counts.items() if count > 1}
    beyond = {to: count - open_at_a_kill[to] for to, count in again.items()}
    twice = sum(count for count in beyond.values() if count > 0)
    return Killed(letters - len(counts), twice, sum(again.values()) - twice)


@asynccontextmanager
async def _desk(letters: int) -> AsyncIterator[tuple[KillableServer, Inbox]]:
    """A desk with letters in its outbox, a supervisor that tells where they go, and a mail server."""
    with killable_server(TIMEOUT_S) as server:
        server.paths.data.mkdir(parents=True)
        await _queue_letters(server.paths, letters)
        inbox, loop = Inbox(), asyncio.get_running_loop()
        mail = await loop.create_server(lambda: SMTP(inbox, loop=loop), "127.0.0.1", 0)
        inbox.port = mail.sockets[0].getsockname()[1]
        secrets = {"SMTP_URL": f"smtp://127.0.0.1:{inbox.port}", "MAIL_FROM": "desk@example.org"}
        try:
            async with telling(server.paths, secrets):
                yield server, inbox
        finally:
            mail.close()


async def _queue_letters(paths: Paths, letters: int) -> None:
    def command(work: UnitOfWork) -> None:
        for number in range(letters):
            letter = Letter(
                f"letter/{number}", f"user{number}@example.net", "Re: No network", _TEXT, html=f"<p>{_TEXT}"
            )
            queue_letter(work, letter)

    async with open_store(paths.data, clock=lambda: datetime.now(UTC), publish=lambda _event: None) as store:
        await store.write(command)
