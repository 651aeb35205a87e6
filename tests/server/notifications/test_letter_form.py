"""The form of a letter: whom it is from, what a dark mail program makes of it, and that its subject stays."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hero_assistance_server.mail.sending.mime_message import make_message
from hero_assistance_server.notifications.model import NotificationSettings
from hero_assistance_server.tickets.ticket_update import Patch
from tests.server.notifications.letter_desk import ALICE, BOB, CAROL, MAIL, MINUTE, NOON, LetterDesk, letter_desk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(hero_root: Path) -> AsyncIterator[LetterDesk]:
    async with letter_desk(hero_root) as desk:
        yield desk


async def test_a_letter_of_one_author_is_from_them_and_the_desk(desk: LetterDesk) -> None:
    await desk.reply(await desk.file(), BOB)
    (letter,) = await desk.letters()
    message = make_message(letter, MAIL.sender, "Support", NOON)
    (sender,) = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Bob (Support)", MAIL.sender.address)
    (receiver,) = message["To"].addresses
    assert (receiver.display_name, receiver.addr_spec) == ("Carol", CAROL.email)


async def test_a_letter_of_several_authors_or_of_none_is_from_the_desk(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    await desk.reply(ticket_id, BOB)
    await desk.reply(ticket_id, ALICE)
    await desk.change(ticket_id, ALICE, Patch(assignee=BOB))
    letters = await desk.letters()
    senders = {make_message(one, MAIL.sender, "Support", NOON)["From"].addresses[0].display_name for one in letters}
    assert senders == {"Support"}
    own = replace(MAIL.sender, name="The help desk")
    assert make_message(letters[0], own, "Support", NOON)["From"].addresses[0].display_name == "The help desk"


async def test_the_html_leaves_the_colours_to_the_mail_program(desk: LetterDesk) -> None:
    await desk.reply(await desk.file(), BOB)
    (letter,) = await desk.letters()
    assert letter.html is not None
    assert '<meta name="color-scheme" content="light dark">' in letter.html
    # A border is seen on black and on white; a text or a ground with one colour of the two is not.
    assert not re.search(r"(?<!-)\bcolor\s*:|background", letter.html)
    assert "http" not in re.sub(r'<a href="[^"]*">[^<]*</a>', "", letter.html)
    assert not re.search(r"<(img|link|style|script)\b", letter.html)


async def test_the_subject_is_the_same_for_each_letter_of_a_ticket(desk: LetterDesk) -> None:
    await desk.configure(BOB, NotificationSettings(new_tickets=True))
    ticket_id = await desk.file()
    await desk.letters()
    await desk.change(ticket_id, ALICE, Patch(assignee=BOB))
    await desk.letters()
    await desk.change(ticket_id, ALICE, Patch(title="No VPN"))
    await desk.reply(ticket_id, BOB)
    await desk.letters()
    await desk.reply(ticket_id, CAROL)
    await desk.note(ticket_id, ALICE, "@bob", mentioned="bob")
    letters = await desk.letters(2 * MINUTE)
    of_bob = {one.subject for one in letters if one.to == BOB.email}
    of_carol = {one.subject for one in letters if one.to == CAROL.email}
    assert (of_bob, of_carol) == ({"[#1] No network"}, {"Re: No network"})
    assert "“No VPN”" in letters[-1].text


async def test_a_letter_has_both_parts_and_answers_no_program(desk: LetterDesk) -> None:
    await desk.reply(await desk.file(), BOB)
    (letter,) = await desk.letters()
    message = make_message(letter, MAIL.sender, "Support", NOON)
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Message-ID"] == letter.message_id
    assert message["References"].split()[0] == message["In-Reply-To"]
