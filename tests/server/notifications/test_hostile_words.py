"""Names, titles, texts and addresses that are to break a letter or a webhook, from the ticket to the bytes."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from hero_assistance_sdk.wire import MessageKind
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.mail_settings import MailSettings
from hero_assistance_server.mail.sending.mime_message import make_message
from hero_assistance_server.mail.sending.sender_address import SenderAddress
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.notifications.letter_desk import BOB, CAROL, MAIL, NOON, LetterDesk, letter_desk
from tests.server.outgoing_http.receiver import receiving
from tests.server.webhooks.stage import BOB as AGENT
from tests.server.webhooks.stage import is_signed, received, staged

pytestmark = pytest.mark.anyio

WORDS = [
    "x\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>",
    "=?utf-8?q?a=0d=0aBcc:_victim=40example.org?=",
    "t" * 10_000,
    "Zoë 名前 🙂",
    "\u202eevil\u2066 \u2028next",
    'a", "b" <victim@example.org>',
    "\x1b]0;title\x07 \x01",
]
NAMES = ["line end", "encoded word", "long", "not ascii", "bidi", "addresses", "control"]


@pytest.fixture
async def desk(hero_root: Path) -> AsyncIterator[LetterDesk]:
    async with letter_desk(hero_root) as desk:
        yield desk


def to_mail(letter: Letter, mail: MailSettings = MAIL) -> tuple[bytes, EmailMessage]:
    """The bytes that are sent, and what a mail program reads."""
    raw = make_message(letter, mail.sender, "Support", NOON).as_bytes()
    parsed = email.message_from_string(raw.decode(), policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return raw, parsed


@pytest.mark.parametrize("words", WORDS, ids=NAMES)
async def test_a_letter_of_hostile_words_is_one_letter_to_one_receiver(desk: LetterDesk, words: str) -> None:
    await desk.save(replace(BOB, name=words))
    await desk.save(replace(CAROL, name=words))
    ticket_id = await desk.file(title=words)
    await desk.reply(ticket_id, replace(BOB, name=words), body=words)
    (letter,) = await desk.letters()
    raw, parsed = to_mail(letter)
    assert parsed["Bcc"] is None
    assert [one.addr_spec for one in parsed["To"].addresses] == [CAROL.email]
    assert [one.addr_spec for one in parsed["From"].addresses] == [MAIL.sender.address]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert len(str(parsed["Subject"])) <= 210
    plain, html = (part.get_content() for part in parsed.iter_parts())
    assert "<script>" not in html
    opening = next(line for line in plain.splitlines() if "answered your ticket" in line)
    assert len(opening) < 400
    for part in (plain, html, str(parsed["Subject"]), str(parsed["From"])):
        assert not set(part) & set("\u202e\u2066\x1b\x07\x00")


@pytest.mark.parametrize("page", ["https://bücher.example/", "https://a.example/x>y/", "https://a>b.example/"])
async def test_an_address_of_the_page_that_no_header_takes_keeps_no_letter_back(hero_root: Path, page: str) -> None:
    async with letter_desk(hero_root, page=page) as desk:
        await desk.reply(await desk.file(), BOB)
        (letter,) = await desk.letters()
    _, parsed = to_mail(letter)
    assert (parsed["List-Unsubscribe"] is None) is (page == "https://a>b.example/")


async def test_message_ids_of_others_that_no_header_takes_are_left_out(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    evil = ["<ä@example.net>", "<a b@example.net>", f"<{'x' * 3000}@example.net>", "<fine@example.net>"]

    def add(work: UnitOfWork) -> None:
        for mail_id in evil:
            work.mail_ids.add(mail_id, ticket_id, None, work.now)

    await desk.write(add)
    await desk.reply(ticket_id, BOB)
    raw, parsed = to_mail((await desk.letters())[-1])
    assert parsed["References"].split()[1:] == ["<fine@example.net>"]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


async def test_a_sender_with_other_letters_than_ascii_takes_answers(desk: LetterDesk) -> None:
    desk.mail = MailSettings(SenderAddress("hilfé@bücher.example"), takes_answers=True)
    await desk.reply(await desk.file(), BOB)
    (letter,) = await desk.letters()
    _, parsed = to_mail(letter, desk.mail)
    assert [one.addr_spec for one in parsed["From"].addresses] == ["hilfé@xn--bcher-kva.example"]
    assert parsed["Reply-To"].startswith("hilfé+")


@pytest.mark.parametrize("words", WORDS, ids=NAMES)
async def test_a_webhook_of_hostile_words_is_one_signed_request_of_json(hero_root: Path, words: str) -> None:
    async with receiving() as receiver, staged(hero_root) as stage:
        webhook = await stage.add(receiver.url())
        async with stage.run():
            ticket_id = await stage.file_ticket(words)
            await stage.write(AGENT, MessageKind.REPLY, ticket_id, words)
            requests = await received(receiver.requests, 2)
            await stage.answered(webhook, 2)
    for request in requests:
        assert is_signed(request, webhook.secret)
        assert {"bcc", "cookie"}.isdisjoint(request.headers)
        assert json.loads(request.body)["data"]["ticket"]["title"] == words
