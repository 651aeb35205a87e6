"""A mail server that is away, busy or slow: nothing is lost, and no letter pays for a fault of the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_server.mail.model import CHANNEL, Letter
from hero_assistance_server.mail.sending.channel import CONDITION, MailChannel
from hero_assistance_server.mail.sending.service import queue_letter
from hero_assistance_server.outbox.model import DeliveryState, StoredDelivery
from hero_assistance_server.outbox.pauses import PAUSES, Pauses
from hero_assistance_server.outbox.sender import Sender, sending
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.timestamps import maybe_millis
from tests.server.databases import open_store
from tests.server.desk import until
from tests.server.mail.mail_server import Behaviour, MailServer, mail_server

pytestmark = pytest.mark.anyio

LETTERS = 12
HOUR = timedelta(hours=1)


@dataclass
class Clock:
    """A clock that the test moves."""

    offset: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass
class Desk:
    """A store that sends letters to one mail server."""

    store: FileStorage
    sender: Sender
    clock: Clock
    pauses: Pauses
    health: Health = field(default_factory=Health)

    async def queue(
        self, count: int = LETTERS, *, first: int = 0, is_urgent: bool = False, life: timedelta | None = None
    ) -> None:
        expires_at = maybe_millis(self.clock() + life if life else None)

        def command(work: object) -> None:
            for number in range(first, first + count):
                letter = Letter(
                    str(number), f"user{number}@example.net", "Re: hello", "A text.\n", expires_at=expires_at
                )
                queue_letter(work, letter, is_urgent=is_urgent)  # type: ignore[arg-type]

        await self.store.write(command)

    async def deliveries(self) -> list[StoredDelivery]:
        return await self.store.read(lambda snapshot: [*snapshot.outbox.iterate_newest(None, None, 2**62)][::-1])

    async def wait_for(self, is_done: Callable[[list[StoredDelivery]], bool]) -> list[StoredDelivery]:
        """Return the deliveries, oldest first, once they are as they are to be."""
        async with asyncio.timeout(30):
            while not is_done(found := await self.deliveries()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found

    async def pause_number(self, number: int) -> None:
        """Wait for so many pauses, and until nothing is in flight."""
        await until(lambda: self.pauses.of(CHANNEL).number >= number)
        await self.wait_for(lambda found: not any(one.in_flight for one in found))

    async def pass_time(self, by: timedelta) -> None:
        """Move the clock, each time to the end of a pause, until so much time has passed."""
        end = self.clock() + by
        while self.clock() < end:
            number = self.pauses.of(CHANNEL).number
            self.clock.offset += PAUSES[min(number, len(PAUSES)) - 1] + timedelta(seconds=1)
            self.sender.wake()
            await self.pause_number(number + 1)

    async def all_sent(self) -> list[StoredDelivery]:
        return await self.wait_for(lambda found: all(one.state is DeliveryState.DONE for one in found))


@asynccontextmanager
async def desk(root: Path, url: str | None) -> AsyncIterator[Desk]:
    clock, pauses, health = Clock(), Pauses(), Health()
    settings = DaemonSettings(smtp_url=url, mail_from="Support <support@example.org>")
    async with open_store(root / "data", clock=clock, publish=lambda _event: None) as store:
        channel = MailChannel(store, lambda: settings, root / "mail", health, clock)
        sender = Sender(store, [channel], clock, pauses)
        async with sending(sender):
            yield Desk(store, sender, clock, pauses, health)


def arrived(*servers: MailServer) -> list[str]:
    return sorted(one.to[0] for server in servers for one in server.received)


async def test_a_server_that_is_down_for_an_hour_costs_no_letter_an_attempt(hero_root: Path) -> None:
    async with mail_server() as server:
        url, port = server.url(), server.port
    async with desk(hero_root, url) as sending_desk:
        await sending_desk.queue()
        await sending_desk.pause_number(1)
        await sending_desk.pass_time(HOUR)
        waiting = await sending_desk.deliveries()
        assert {(one.state, one.attempts, one.in_flight) for one in waiting} == {(DeliveryState.WAITING, 0, False)}
        assert any("cannot be reached" in one.note for one in waiting)
        assert [one.name for one in sending_desk.health.conditions] == [CONDITION]
        fault = sending_desk.pauses.of(CHANNEL)
        assert fault.fault is not None
        assert (fault.fault.startswith("the mail server cannot be reached: "), bool(fault.hint)) == (True, True)
        async with mail_server(port=port) as back:
            sending_desk.clock.offset += PAUSES[-1]
            sending_desk.sender.wake()
            sent = await sending_desk.all_sent()
        assert arrived(back) == sorted(f"user{number}@example.net" for number in range(LETTERS))
        assert {one.attempts for one in sent} == {1}
        assert sending_desk.health.conditions == ()
        assert fault.fault is None


async def test_a_letter_whose_link_has_expired_meanwhile_is_not_sent(hero_root: Path) -> None:
    async with mail_server() as server:
        url, port = server.url(), server.port
    async with desk(hero_root, url) as sending_desk:
        await sending_desk.queue(1, is_urgent=True, life=timedelta(minutes=15))
        await sending_desk.queue(1, first=1, is_urgent=True, life=2 * HOUR)
        await sending_desk.queue(1, first=2)
        await sending_desk.pause_number(1)
        await sending_desk.pass_time(HOUR)
        async with mail_server(port=port) as back:
            sending_desk.clock.offset += PAUSES[-1]
            sending_desk.sender.wake()
            done = await sending_desk.wait_for(lambda found: all(one.finished_at is not None for one in found))
        assert [one.state for one in done] == [DeliveryState.DROPPED, DeliveryState.DONE, DeliveryState.DONE]
        assert (done[0].payload, done[0].attempts, done[0].note) == ("{}", 0, "what is in it counts no more")
        assert arrived(back) == ["user1@example.net", "user2@example.net"]


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(mail="421 4.3.2 closing"),
        Behaviour(mail="451 4.3.0 later"),
        Behaviour(mail="530 5.7.0 log in first"),
        Behaviour(data="421 4.3.2 closing"),
        Behaviour(rcpt={f"user{number}@example.net": "421 4.7.0 too much" for number in range(LETTERS)}),
    ],
    ids=["421 to MAIL", "451 to MAIL", "530 to MAIL", "421 to DATA", "421 to RCPT"],
)
async def test_an_answer_about_the_server_as_a_whole_counts_against_no_letter(
    hero_root: Path, behaviour: Behaviour
) -> None:
    async with (
        mail_server(make=lambda: MailServer(behaviour=behaviour)) as server,
        desk(hero_root, server.url()) as sending_desk,
    ):
        await sending_desk.queue(3)
        await sending_desk.pause_number(1)
        await sending_desk.pass_time(timedelta(minutes=1))
        assert {(one.state, one.attempts) for one in await sending_desk.deliveries()} == {(DeliveryState.WAITING, 0)}
        server.behaviour = Behaviour()
        sending_desk.clock.offset += PAUSES[-1]
        sending_desk.sender.wake()
        await sending_desk.all_sent()
        assert len(server.received) == 3


async def test_a_letter_that_has_the_server_close_keeps_the_others_not_back_and_is_counted(hero_root: Path) -> None:
    async with mail_server() as server, desk(hero_root, server.url()) as sending_desk:
        server.behaviour.rcpt = {"user0@example.net": "421 4.3.0 not this one"}
        await sending_desk.queue(4)

        async def others_are_sent() -> StoredDelivery:
            while True:
                found = (await sending_desk.deliveries())[0]
                # Each attempt counts while it is under way.
                if len(server.received) == 3 and found.attempts and not found.in_flight:
                    return found
                sending_desk.clock.offset += PAUSES[-1]
                sending_desk.sender.wake()
                await asyncio.sleep(0.05)

        async with asyncio.timeout(20):
            counted = await others_are_sent()
    assert "421 4.3.0 not this one" in counted.note
    assert counted.state is DeliveryState.WAITING


async def test_an_answer_about_one_letter_counts_for_that_letter_alone(hero_root: Path) -> None:
    async with mail_server() as server, desk(hero_root, server.url()) as sending_desk:
        server.behaviour.rcpt = {"user1@example.net": "451 4.7.1 greylisted"}
        await sending_desk.queue(3)
        await server.wait_for(2)
        grey = (await sending_desk.wait_for(lambda found: bool(found[1].note)))[1]
        assert (grey.note, grey.attempts) == ("451 4.7.1 greylisted", 1)
        assert not sending_desk.pauses.of(CHANNEL).is_down


async def test_a_slow_server_gets_a_letter_once_however_far_the_clock_goes(hero_root: Path) -> None:
    async with mail_server() as server, desk(hero_root, server.url()) as sending_desk:
        server.behaviour.delay_s = 1.5
        await sending_desk.queue(1)
        await until(lambda: server.sessions == 1)
        for _ in range(5):
            sending_desk.clock.offset += HOUR
            sending_desk.sender.wake()
            await asyncio.sleep(0.1)
        (sent,) = await sending_desk.all_sent()
        assert (len(server.received), sent.attempts, server.sessions) == (1, 1, 1)


async def test_a_folder_that_cannot_be_used_costs_no_letter_an_attempt(hero_root: Path) -> None:
    folder = hero_root / "mail"
    folder.write_text("a file is in its place")
    async with desk(hero_root, None) as sending_desk:
        await sending_desk.queue(3)
        await sending_desk.pause_number(1)
        await sending_desk.pass_time(timedelta(minutes=2))
        assert {(one.state, one.attempts) for one in await sending_desk.deliveries()} == {(DeliveryState.WAITING, 0)}
        assert "cannot be used" in (sending_desk.pauses.of(CHANNEL).fault or "")
        folder.unlink()
        sending_desk.clock.offset += PAUSES[-1]
        sending_desk.sender.wake()
        await sending_desk.all_sent()
    assert len([*folder.iterdir()]) == 3


async def test_an_urgent_letter_goes_before_those_that_wait(hero_root: Path) -> None:
    async with mail_server() as server:
        url, port = server.url(), server.port
    async with desk(hero_root, url) as sending_desk:
        await sending_desk.queue(5)
        await sending_desk.pause_number(1)
        await sending_desk.queue(1, first=7, is_urgent=True)
        async with mail_server(port=port) as back:
            sending_desk.clock.offset += PAUSES[-1]
            sending_desk.sender.wake()
            await sending_desk.all_sent()
        assert back.received[0].to == ("user7@example.net",)
