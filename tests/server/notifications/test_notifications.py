"""Who gets a letter about what: each test plays what happens on a ticket and looks at the letters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hero_assistance_sdk.errors import SettingError
from hero_assistance_sdk.wire import Status, TicketId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.sending.mail_settings import MailSettings
from hero_assistance_server.notifications.decisions import decide
from hero_assistance_server.notifications.model import NotificationSettings
from hero_assistance_server.notifications.notifier import Notifier, notifying
from hero_assistance_server.notifications.unsubscribe import make_token, obtain_key, read_token
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.ticket_update import Patch
from tests.server.databases import execute
from tests.server.desk import STOP_S
from tests.server.notifications.letter_desk import ALICE, BOB, CAROL, DAVE, MINUTE, NOON, LetterDesk, letter_desk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(hero_root: Path) -> AsyncIterator[LetterDesk]:
    async with letter_desk(hero_root) as desk:
        yield desk


def receivers(letters: list[Letter]) -> list[str]:
    return sorted(letter.to.partition("@")[0] for letter in letters)


async def test_a_customer_is_told_of_a_reply_and_nobody_of_their_own(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    await desk.reply(ticket_id, BOB)
    await desk.reply(ticket_id, CAROL, "It works.")
    letters = await desk.letters()
    assert receivers(letters) == ["bob", "carol"]
    to_carol = next(letter for letter in letters if letter.to == CAROL.email)
    assert "Bob answered your ticket “No network”." in to_carol.text
    assert "> Try again." in to_carol.text
    assert "It works." not in to_carol.text
    assert to_carol.subject == "Re: No network"


async def test_a_letter_knows_the_ticket_that_it_is_about(desk: LetterDesk) -> None:
    """With which it is deleted."""
    first, second = await desk.file(), await desk.file()
    await desk.reply(second, BOB)
    assert len(await desk.letters()) == 1
    rows = execute(desk.store.folder, "SELECT ticket_id FROM deliveries")
    assert (first, rows) == (1, [(second,)])


async def test_a_note_is_never_told_to_a_customer(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    await desk.note(ticket_id, BOB, "He is difficult.", mentioned="carol, alice")
    letters = await desk.letters()
    assert receivers(letters) == ["alice"]
    assert "Bob mentioned you on ticket 1" in letters[0].text
    assert "note among agents" in letters[0].text


async def test_an_assignment_is_told_to_the_assignee_and_not_to_who_assigned_it(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    await desk.change(ticket_id, ALICE, Patch(assignee=BOB))
    assert receivers(await desk.letters()) == ["bob"]
    await desk.change(ticket_id, ALICE, Patch(assignee=ALICE))
    await desk.change(ticket_id, ALICE, Patch(status=Status.OPEN))
    assert receivers(await desk.letters()) == ["bob"]


async def test_an_assignment_that_was_taken_back_within_the_minute_is_no_news(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    await desk.change(ticket_id, ALICE, Patch(assignee=BOB))
    await desk.change(ticket_id, ALICE, Patch(assignee=ALICE))
    assert await desk.letters() == []


async def test_new_tickets_are_told_to_agents_who_want_to_know_of_their_tags(desk: LetterDesk) -> None:
    await desk.configure(ALICE, NotificationSettings(new_tickets=True))
    await desk.configure(BOB, NotificationSettings(new_tickets=True, new_ticket_tags=("vpn",)))
    await desk.file(tags=("printer",))
    assert receivers(await desk.letters()) == ["alice"]
    await desk.file(tags=("vpn",))
    assert receivers(await desk.letters()) == ["alice", "alice", "bob"]


async def test_a_ticket_that_an_agent_filed_is_told_to_its_customer(desk: LetterDesk) -> None:
    await desk.file(CAROL, by=BOB)
    letters = await desk.letters()
    assert receivers(letters) == ["carol"]
    assert "Bob filed the ticket “No network” for you." in letters[0].text


async def test_who_has_the_ticket_on_a_screen_gets_no_letter(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    desk.on_screen.add((CAROL.user_id, ticket_id))
    await desk.reply(ticket_id, BOB)
    assert await desk.letters() == []
    desk.on_screen.clear()
    await desk.reply(ticket_id, BOB)
    assert receivers(await desk.letters()) == ["carol"]


async def test_who_comes_to_the_ticket_within_the_minute_gets_no_letter(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    await desk.reply(ticket_id, BOB)
    await desk.notifier.follow()
    desk.on_screen.add((CAROL.user_id, ticket_id))
    assert await desk.letters() == []
    desk.on_screen.clear()
    assert await desk.letters() == []


async def test_who_has_read_it_within_the_minute_gets_no_letter(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    first = await desk.reply(ticket_id, BOB, "one")
    await desk.reply(ticket_id, BOB, "two")
    await desk.notifier.follow()
    await desk.read(CAROL, ticket_id, first.message_id)
    letters = await desk.letters()
    assert len(letters) == 1
    assert "> two" in letters[0].text
    assert "> one" not in letters[0].text


async def test_what_happens_within_a_minute_is_one_letter_and_later_is_another(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    for text in ("one", "two", "three"):
        await desk.reply(ticket_id, BOB, text)
        await desk.notifier.follow()
        desk.now += MINUTE / 4
    (letter,) = await desk.letters()
    assert [letter.text.index(f"> {text}") for text in ("one", "two", "three")] == sorted(
        letter.text.index(f"> {text}") for text in ("one", "two", "three")
    )
    await desk.reply(ticket_id, BOB, "four")
    assert len(await desk.letters()) == 2


async def test_letters_of_a_ticket_stay_together(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    for _ in range(2):
        await desk.reply(ticket_id, BOB)
        first_to_last = await desk.letters()
    first, second = first_to_last
    assert first.subject == second.subject
    headers = dict(second.headers)
    assert headers["In-Reply-To"] == first.message_id
    assert headers["References"] == f"<ticket-{ticket_id}@desk.example.org> {first.message_id}"
    found = await desk.store.read(lambda snapshot: snapshot.mail_ids.find(second.message_id))
    assert found is not None
    assert found.ticket_id == ticket_id


async def test_a_letter_takes_an_answer_and_a_click_to_mute(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    await desk.reply(ticket_id, BOB)
    (letter,) = await desk.letters()
    headers = dict(letter.headers)
    assert headers["Reply-To"].startswith("support+")
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://desk.example.org/unsubscribe?token=")
    assert link in letter.text
    assert "https://desk.example.org/#/tickets/" in letter.text
    key = await desk.write(obtain_key)
    assert read_token(key, link.partition("token=")[2]) == (ticket_id, CAROL.user_id)
    assert letter.text.startswith("--- Please write your answer above this line ---\n")


async def test_without_mail_in_a_letter_says_where_to_answer(desk: LetterDesk) -> None:
    assert desk.mail is not None
    desk.mail = replace(desk.mail, takes_answers=False)
    await desk.reply(await desk.file(), BOB)
    (letter,) = await desk.letters()
    assert "Reply-To" not in dict(letter.headers)
    assert "please answer on the page" in letter.text
    assert "above this line" not in letter.text


async def test_a_page_without_tls_gets_no_one_click_header(hero_root: Path) -> None:
    async with letter_desk(hero_root, page="http://[400::1]:9771") as desk:
        await desk.reply(await desk.file(), BOB)
        (letter,) = await desk.letters()
        headers = dict(letter.headers)
        assert headers["List-Unsubscribe"].startswith("<http://[400::1]:9771/unsubscribe?token=")
        assert "List-Unsubscribe-Post" not in headers


async def test_without_a_page_there_are_no_links(hero_root: Path) -> None:
    async with letter_desk(hero_root, page="") as desk:
        await desk.reply(await desk.file(), BOB)
        (letter,) = await desk.letters()
        assert "List-Unsubscribe" not in dict(letter.headers)
        assert "http" not in letter.text


@pytest.mark.parametrize("wanted", ["replies", "answers", "assignments", "mentions"])
async def test_each_kind_of_letter_can_be_turned_off(desk: LetterDesk, wanted: str) -> None:
    off = replace(NotificationSettings(), **{wanted: False})  # type: ignore[arg-type]
    for user in (BOB, CAROL):
        await desk.configure(user, off)
    ticket_id = await desk.file()
    await desk.change(ticket_id, ALICE, Patch(assignee=BOB))
    await desk.reply(ticket_id, ALICE, "a reply")
    await desk.reply(ticket_id, CAROL, "an answer")
    await desk.note(ticket_id, ALICE, "a mention", mentioned="bob")
    texts = {letter.to: letter.text for letter in await desk.letters()}
    expected = {"replies": "a reply", "answers": "an answer", "assignments": "assigned", "mentions": "mentioned you"}
    to = CAROL.email if wanted == "replies" else BOB.email
    for kind, text in expected.items():
        if (kind == "replies") == (to == CAROL.email):
            assert (text in texts.get(to or "", "")) == (kind != wanted)


async def test_a_muted_ticket_and_only_it_is_silent(desk: LetterDesk) -> None:
    muted, other = await desk.file(), await desk.file()
    await desk.write(lambda work: work.notifications.mute(CAROL.user_id, muted, muted=True))
    for ticket_id in (muted, other):
        await desk.reply(ticket_id, BOB, f"on {ticket_id}")
    (letter,) = await desk.letters()
    assert f"on {other}" in letter.text


async def test_a_mute_within_the_minute_counts(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    await desk.reply(ticket_id, BOB)
    await desk.notifier.follow()
    await desk.write(lambda work: work.notifications.mute(CAROL.user_id, ticket_id, muted=True))
    assert await desk.letters() == []


@pytest.mark.parametrize("gone", [replace(CAROL, active=False), replace(CAROL, email=None)])
async def test_who_cannot_get_letters_gets_none(desk: LetterDesk, gone: object) -> None:
    ticket_id = await desk.file()
    await desk.reply(ticket_id, BOB)
    await desk.notifier.follow()
    await desk.save(gone)  # type: ignore[arg-type]
    assert await desk.letters() == []


async def test_quiet_hours_put_a_letter_off_until_they_end(desk: LetterDesk) -> None:
    await desk.configure(
        CAROL, NotificationSettings(quiet_from="12:30", quiet_until="07:00", time_zone="Europe/Berlin")
    )
    await desk.reply(await desk.file(), BOB)
    assert await desk.letters(timedelta(hours=17)) == []
    assert desk.now == datetime(2026, 11, 28, 5, tzinfo=UTC)
    (letter,) = await desk.letters(timedelta(hours=1))
    assert "27 November 2026, 13:00 CET" in letter.text


async def test_a_desk_that_does_not_know_its_sender_keeps_what_is_to_be_told(desk: LetterDesk) -> None:
    mail = desk.mail
    assert mail is not None
    await desk.reply(await desk.file(), BOB)
    for unusable in (None, MailSettings(mail.sender, fault=SettingError("no sender"))):
        desk.mail = unusable
        assert await desk.letters() == []
    desk.mail = mail
    assert len(await desk.letters()) == 1


async def test_a_crash_between_the_steps_tells_everything_once(desk: LetterDesk) -> None:
    """A notifier that begins again knows what the last one has stored, and nothing else."""
    ticket_id = await desk.file()
    for number in range(5):
        await desk.reply(ticket_id, BOB, f"number {number}")
        old = desk.notifier
        await old.follow()
        desk.notifier = Notifier(desk.store, old.is_on_screen, old.mail_settings, old.clock)
    letters = await desk.letters()
    await desk.letters()
    text = "".join(letter.text for letter in letters)
    assert [text.count(f"> number {number}") for number in range(5)] == [1] * 5


async def test_nodes_that_take_turns_tell_everything_once(desk: LetterDesk) -> None:
    """Each goes on where the other one was, and not where it was itself."""
    ticket_id = await desk.file()
    one = desk.notifier
    other = Notifier(desk.store, one.is_on_screen, one.mail_settings, one.clock)
    for number, notifier in enumerate((one, other, one)):
        before = await desk.store.read(lambda snapshot: snapshot.notifications.position())
        await desk.reply(ticket_id, BOB, f"number {number}")
        async with asyncio.timeout(STOP_S), notifying(notifier):
            while await desk.store.read(lambda snapshot: snapshot.notifications.position()) == before:
                pass
        desk.notifier = notifier
        letters = await desk.letters()
    text = "".join(letter.text for letter in letters)
    assert [text.count(f"> number {number}") for number in range(3)] == [1] * 3


async def test_a_ticket_of_which_no_user_is_told_costs_no_write(desk: LetterDesk) -> None:
    await desk.notifier.follow()
    await desk.file(DAVE)
    commits = desk.store.commits
    await desk.notifier.follow()
    await asyncio.sleep(0)
    assert desk.store.commits == commits
    assert (
        await desk.store.read(lambda snapshot: decide(snapshot, 0, NOON, lambda _user, _ticket: False))
    ).pending == ()


@pytest.mark.parametrize(("own", "clock"), [(None, "21:00 JST"), ("Europe/Berlin", "13:00 CET")])
async def test_a_letter_has_the_clocks_of_its_reader_else_of_the_project(
    desk: LetterDesk, own: str | None, clock: str
) -> None:
    def set_zone(work: UnitOfWork) -> None:
        before = work.project.read()
        work.project.save_changes(before, replace(before, time_zone="Asia/Tokyo"))

    await desk.write(set_zone)
    await desk.save(replace(CAROL, time_zone=own))
    await desk.reply(await desk.file(), BOB)
    (letter,) = await desk.letters()
    assert f"Bob, 27 November 2026, {clock}:" in letter.text


async def test_large_attachments_are_named_and_small_ones_go_along(desk: LetterDesk) -> None:
    def upload(work: UnitOfWork) -> tuple[Attachment, ...]:
        files = []
        for name, size in (("small.png", 1000), ("large.iso", 6 * 1024**2)):
            file = Attachment(work.attachments.next_id(), name, size, "image/png")
            work.attachments.add(file, f"{size:064x}", BOB.user_id, work.now)
            files.append(file)
        return tuple(files)

    ticket_id = await desk.file()
    files = await desk.write(upload)
    await desk.reply(ticket_id, BOB, "See the files.", files)
    (letter,) = await desk.letters()
    assert letter.attachments == (files[0].attachment_id,)
    assert "Attached on the page: large.iso (6.0 MiB)" in letter.text


async def test_what_users_write_is_text_in_the_html(desk: LetterDesk) -> None:
    ticket_id = await desk.file(title='<b>&"x')
    await desk.reply(ticket_id, BOB, "<script>alert(1)</script> https://example.org/a?b=1&c=2.")
    (letter,) = await desk.letters()
    assert letter.html is not None
    assert "<script>" not in letter.html
    assert "&lt;b&gt;&amp;&quot;x" in letter.html
    assert '<a href="https://example.org/a?b=1&amp;c=2">' in letter.html


def test_a_token_cannot_be_changed() -> None:
    token = make_token(b"k" * 32, TicketId(12), CAROL.user_id)
    assert read_token(b"k" * 32, token) == (12, "carol")
    assert read_token(b"x" * 32, token) is None
    for wrong in ("", "a", "ä", token[:-1], token + "A", "A" + token[1:], "=" * 9):
        assert read_token(b"k" * 32, wrong) is None


async def test_a_letter_that_tells_a_note_is_known_by_its_message_id(desk: LetterDesk) -> None:
    """Also where the last thing that it tells is a customer's answer."""
    ticket_id = await desk.file()
    await desk.change(ticket_id, ALICE, Patch(assignee=BOB))
    await desk.note(ticket_id, ALICE, "She pays late.", mentioned="bob")
    await desk.reply(ticket_id, CAROL, "an answer")
    (letter,) = [one for one in await desk.letters() if one.to == BOB.email]
    assert "She pays late." in letter.text
    reply = await desk.reply(ticket_id, CAROL, "another answer")
    first, second = [one for one in await desk.letters() if one.to == BOB.email]
    found = [
        await desk.store.read(lambda snapshot, name=one.message_id: snapshot.mail_ids.find(name))  # type: ignore[misc]
        for one in (first, second)
    ]
    assert [one is not None and one.has_note for one in found] == [True, False]
    assert found[1] is not None
    assert found[1].message_id == reply.message_id
