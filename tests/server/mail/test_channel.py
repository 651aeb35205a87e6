"""The channel of letters: what a letter becomes, where it goes, and what the health says when it does not."""

from __future__ import annotations

import asyncio
import email
import email.policy
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_sdk.wire import AttachmentId, Role, UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.channel import BAD_SETTING, CONDITION, MailChannel
from hero_assistance_server.mail.sending.mime_message import UnusableLetter, make_message
from hero_assistance_server.mail.sending.sender_address import SenderAddress
from hero_assistance_server.mail.sending.service import queue_letter
from hero_assistance_server.outbox.model import DeliveryState, StoredDelivery
from hero_assistance_server.outbox.sender import Sender, sending
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.users.model import User
from tests.server.databases import open_store
from tests.server.desk import until
from tests.server.mail.mail_server import mail_server

pytestmark = pytest.mark.anyio

FROM = "Support <support@example.org>"
AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
EVIL = "x\r\nBcc: victim@example.org\r\n\r\n<script>"


def letter(to: str = "dan@example.net", key: str = "k", **fields: object) -> Letter:
    return Letter(key, to, **{"subject": "Re: hello", "text": "A text.\n", **fields})  # type: ignore[arg-type]


@dataclass
class Post:
    """A store with a sender of letters, and the settings that the test changes."""

    store: FileStorage
    channel: MailChannel
    sender: Sender
    health: Health
    settings: DaemonSettings | None

    async def queue(self, *letters: Letter) -> None:
        await self.store.write(lambda work: [queue_letter(work, one) for one in letters])

    async def wait_for(self, *states: DeliveryState, note: bool = False) -> list[StoredDelivery]:
        """The deliveries, oldest first, once they have these states, and a note."""
        async with asyncio.timeout(20):
            while True:
                found = await self.store.read(
                    lambda snapshot: [*snapshot.outbox.iterate_newest(None, None, 2**62)][::-1]
                )
                if [one.state for one in found] == list(states) and all(one.note or not note for one in found):
                    return found
                await asyncio.sleep(0.01)


@asynccontextmanager
async def post(root: Path, settings: DaemonSettings | None = None) -> AsyncIterator[Post]:
    health = Health()
    made: list[Post] = []
    async with open_store(root / "data", clock=lambda: datetime.now(UTC), publish=lambda _event: None) as store:
        channel = MailChannel(store, lambda: made[0].settings, root / "mail", health, lambda: datetime.now(UTC))
        sender = Sender(store, [channel], lambda: datetime.now(UTC))
        made.append(Post(store, channel, sender, health, settings))
        async with sending(sender):
            yield made[0]


def names(health: Health) -> list[str]:
    return [condition.name for condition in health.conditions]


def over(url: str) -> DaemonSettings:
    return DaemonSettings(smtp_url=url, mail_from=FROM)


async def test_of_three_receivers_one_is_refused(hero_root: Path) -> None:
    async with mail_server() as server, post(hero_root, over(server.url())) as desk:
        server.behaviour.rcpt = {"b@example.net": "550 5.1.1 no such user"}
        await desk.queue(*(letter(f"{name}@example.net", name) for name in "abc"))
        found = await desk.wait_for(DeliveryState.DONE, DeliveryState.DEAD, DeliveryState.DONE)
    assert found[1].note == "550 5.1.1 no such user"
    assert sorted(one.to[0] for one in server.received) == ["a@example.net", "c@example.net"]
    assert names(desk.health) == []


async def test_a_server_that_is_away_loses_nothing_and_the_queue_is_visible(hero_root: Path) -> None:
    async with mail_server() as server:
        url, port = server.url(), server.port
    async with post(hero_root, over(url)) as desk:
        await desk.queue(letter(key="a"), letter(key="b"))
        waiting = await desk.wait_for(DeliveryState.WAITING, DeliveryState.WAITING, note=True)
        assert all("cannot be reached" in one.note for one in waiting)
        assert names(desk.health) == [CONDITION]
        async with mail_server(port=port) as back:
            # The first one that it takes hurries the other one.
            first = waiting[0].delivery_id
            await desk.store.write(lambda work: work.outbox.retry(first, work.now))
            await desk.wait_for(DeliveryState.DONE, DeliveryState.DONE)
            assert len(back.received) == 2
        assert names(desk.health) == []


async def test_a_letter_that_may_have_arrived_is_sent_again_with_the_same_message_id(hero_root: Path) -> None:
    async with mail_server() as server, post(hero_root, over(server.url())) as desk:
        server.behaviour.dies_after_data = 1
        await desk.queue(letter())
        (waiting,) = await desk.wait_for(DeliveryState.WAITING, note=True)
        assert "may have arrived" in waiting.note
        await desk.store.write(lambda work: work.outbox.retry(waiting.delivery_id, work.now))
        await desk.wait_for(DeliveryState.DONE)
    first, second = (one.message["Message-ID"] for one in server.received)
    assert first == second


async def test_letters_wait_while_the_settings_are_not_known_or_wrong(hero_root: Path) -> None:
    async with mail_server() as server, post(hero_root) as desk:
        await desk.queue(letter())
        desk.settings = DaemonSettings(smtp_url="nonsense", mail_from=FROM)
        await until(lambda: names(desk.health) == [BAD_SETTING])
        assert not (hero_root / "mail").exists()
        (waiting,) = await desk.wait_for(DeliveryState.WAITING)
        assert waiting.attempts == 0
        desk.settings = over(server.url())
        await desk.wait_for(DeliveryState.DONE)
        assert names(desk.health) == []


async def test_without_a_server_a_letter_is_a_file_that_others_cannot_read(hero_root: Path) -> None:
    async with post(hero_root, DaemonSettings()) as desk:
        await desk.queue(letter(to_name="Dan"))
        (sent,) = await desk.wait_for(DeliveryState.DONE)
    (file,) = (hero_root / "mail").iterdir()
    assert sent.note == f"written to {file.name}"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert (message["To"], message["From"], message["Subject"]) == (
        "Dan <dan@example.net>",
        "Support <support@localhost>",
        "Re: hello",
    )


async def test_attachments_go_along_as_bytes_and_a_lost_one_keeps_nothing_back(hero_root: Path) -> None:
    async with mail_server() as server, post(hero_root, over(server.url())) as desk:
        files = desk.store.files
        with files.incoming() as incoming:
            incoming.write(b"<html>10.0.0.7 timed out")
            digest = incoming.finish()
            files.adopt(incoming, digest)

        await desk.store.write(lambda work: _upload(work, [digest, "ab" * 32]))
        await desk.queue(letter(attachments=(AttachmentId(1), AttachmentId(2), AttachmentId(3))))
        await desk.wait_for(DeliveryState.DONE)
    (part,) = server.received[0].message.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("tr\u00e4ce .html", "application/octet-stream")
    assert part.get_content() == b"<html>10.0.0.7 timed out"


def _upload(work: UnitOfWork, digests: list[str]) -> None:
    work.users.save(User(UserId("bob"), "Bob", Role.AGENT), work.now)
    for number, digest in enumerate(digests, 1):
        file = Attachment(AttachmentId(number), "tr\u00e4ce\r\n.html", 24, "text/html")
        work.attachments.add(file, digest, UserId("bob"), work.now)


async def test_a_letter_that_is_none_is_given_up(hero_root: Path) -> None:
    async with mail_server() as server, post(hero_root, over(server.url())) as desk:
        await desk.queue(letter("dan@example.net\r\nRCPT TO:<x@y.org>"))
        (dead,) = await desk.wait_for(DeliveryState.DEAD)
    assert dead.note == "the receiver has no usable mail address"
    assert server.sessions == 0


@pytest.mark.parametrize("field", ["subject", "to_name", "from_name"])
async def test_no_header_can_be_put_in_through_a_name_or_a_subject(hero_root: Path, field: str) -> None:
    async with mail_server() as server, post(hero_root, over(server.url())) as desk:
        await desk.queue(letter(**{field: EVIL}))
        await desk.wait_for(DeliveryState.DONE)
    message = server.received[0].message
    assert message["Bcc"] is None
    assert server.received[0].to == ("dan@example.net",)
    assert message.get_content().strip() == "A text."


@pytest.mark.parametrize(
    "name",
    [
        '"; <evil@example.org>',
        "a, b@c.org",
        "=?utf-8?q?=0d=0aBcc:_x?=",
        "Zoë 🙂",
        "名" * 200,
        "",
        "\u202eevil",
        "a\x00b",
    ],
)
def test_whatever_a_name_is_there_is_one_receiver_and_one_line_each(name: str) -> None:
    message = make_message(
        letter(to_name=name, from_name=name, subject=name), SenderAddress("s@example.org"), "Desk", AT
    )
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert [address.addr_spec for address in parsed["To"].addresses] == ["dan@example.net"]
    assert [address.addr_spec for address in parsed["From"].addresses] == ["s@example.org"]
    assert parsed["Bcc"] is None
    assert "\n" not in str(parsed["Subject"])
    assert parsed.get_content().strip() == "A text."
    assert max(map(len, message.as_bytes().split(b"\r\n"))) <= 998


def test_a_letter_is_marked_as_made_by_a_program_and_has_both_parts() -> None:
    message = make_message(letter(html="<p>A text."), SenderAddress("s@example.org", "Us"), "Desk", AT)
    parsed = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert str(parsed["From"]) == "Us <s@example.org>"
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert parsed["Date"].datetime == AT


def test_long_addresses_in_headers_stay_readable() -> None:
    link = f"<https://desk.example.org/unsubscribe?token={'a' * 200}>"
    references = " ".join(f"<ticket-1.{number}.{'b' * 60}@desk.example.org>" for number in range(11))
    headers = (("List-Unsubscribe", link), ("References", references))
    raw = make_message(letter(headers=headers), SenderAddress("s@example.org"), "Desk", AT).as_bytes()
    assert f"List-Unsubscribe: {link}\r\n".encode() in raw
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert parsed["References"].split() == references.split()


@pytest.mark.parametrize("value", [EVIL, "ä", "a\tb"])
def test_a_header_of_a_letter_is_ascii_on_one_line(value: str) -> None:
    with pytest.raises(UnusableLetter):
        make_message(letter(headers=(("Reply-To", value),)), SenderAddress("s@example.org"), "Desk", AT)


def test_a_letter_cannot_replace_the_headers_that_are_ours() -> None:
    headers = (("From", "evil@example.org"), ("auto-submitted", "no"))
    message = make_message(letter(headers=headers), SenderAddress("s@example.org"), "Desk", AT)
    assert (message.get_all("From"), message["Auto-Submitted"]) == (["Desk <s@example.org>"], "auto-generated")
