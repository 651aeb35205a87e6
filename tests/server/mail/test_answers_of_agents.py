"""No word of a note reaches a customer when an agent answers by mail the letter that told it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.desk import Desk
from tests.server.mail import test_filing
from tests.server.mail.mails import deliver, vouched, write
from tests.server.mail.test_filing import carols_ticket, reply_to, thread

pytestmark = pytest.mark.anyio

office = test_filing.office
LETTER = "<ticket-1.1.x@desk.example>"
NOTE = "She pays late, @bob."
TOP = "I will call.\n\nOn Mon, 1 Jan 2026 at 10:00, Support <{address}> wrote:\n> " + NOTE
BOTTOM = "On Mon, 1 Jan 2026 at 10:00, Support <{address}> wrote:\n> " + NOTE + "\n\nI will call."
UNRECOGNISED = "I will call.\n\nBeginning of what was written\n" + NOTE
TEXTS = pytest.mark.parametrize("text", [TOP, BOTTOM, UNRECOGNISED])


def name_letter(desk: Desk, ticket_id: int, message_id: int | None, *, has_note: int | None) -> None:
    """Write down a letter about a ticket."""
    desk.execute(
        "INSERT INTO mail_message_ids (mail_id, ticket_id, message_id, added_at, has_note) VALUES (?, ?, ?, 1, ?)",
        LETTER,
        ticket_id,
        message_id,
        has_note,
    )


async def noted_ticket(desk: Desk) -> tuple[int, int]:
    number = await carols_ticket(desk)
    note = await desk.call("message.note", "alice", ticket_id=number, body=NOTE)
    return number, note["message_id"]


async def answer(desk: Desk, number: int, text: str, **headers: str) -> dict[str, Any]:
    address = reply_to(number, "bob")
    said = vouched("desk.example")
    mail = write(
        text.format(address=address), sender="bob@desk.example", to=address, Authentication_Results=said, **headers
    )
    return await deliver(desk, mail)


async def check_is_note(desk: Desk, number: int, why: str) -> None:
    """The answer is a note that says why, and the customer reads nothing of it."""
    assert await thread(desk, number, "carol") == []
    last = max(await thread(desk, number), key=lambda one: int(one["message_id"]))
    assert (last["author"], last["kind"]) == ("bob", "note")
    assert last["body"].startswith(why)
    assert "I will call." in last["body"]


@TEXTS
async def test_an_answer_to_a_mention_is_a_note(office: Desk, text: str) -> None:
    number, note = await noted_ticket(office)
    name_letter(office, number, note, has_note=1)
    await answer(office, number, text, In_Reply_To=LETTER)
    await check_is_note(office, number, "This mail answers a letter that told a note,")


@TEXTS
async def test_an_answer_to_a_letter_that_told_a_note_and_a_reply_is_a_note(office: Desk, text: str) -> None:
    number, _note = await noted_ticket(office)
    reply = await office.call("message.reply", "alice", ticket_id=number, body="Hello.")
    name_letter(office, number, reply["message_id"], has_note=1)
    await answer(office, number, text, In_Reply_To=LETTER)
    last = max(await thread(office, number), key=lambda one: int(one["message_id"]))
    assert last["kind"] == "note"
    assert [one["body"] for one in await thread(office, number, "carol")] == ["Hello."]


@TEXTS
@pytest.mark.parametrize("headers", [{}, {"In_Reply_To": "<other@x.example>", "References": LETTER}])
async def test_an_answer_to_an_unknown_letter_is_a_note_where_there_are_notes(
    office: Desk, text: str, headers: dict[str, str]
) -> None:
    number, _note = await noted_ticket(office)
    name_letter(office, number, None, has_note=0)
    await answer(office, number, text, **headers)
    await check_is_note(office, number, "It is not known which letter this mail answers")


async def test_a_letter_of_an_earlier_release_may_have_told_a_note(office: Desk) -> None:
    number, _note = await noted_ticket(office)
    name_letter(office, number, None, has_note=None)
    await answer(office, number, TOP, In_Reply_To=LETTER)
    await check_is_note(office, number, "It is not known which letter this mail answers")


async def test_an_answer_to_a_mention_on_a_closed_ticket_is_a_note_there(office: Desk) -> None:
    number, note = await noted_ticket(office)
    name_letter(office, number, note, has_note=1)
    await office.call("ticket.update", "alice", ticket_id=number, status="closed")
    filed = await answer(office, number, BOTTOM, In_Reply_To=LETTER)
    assert filed["ticket_id"] == number
    await check_is_note(office, number, "This mail answers a letter that told a note,")


async def test_an_answer_to_a_letter_without_notes_is_a_reply_without_the_quote(office: Desk) -> None:
    number, _note = await noted_ticket(office)
    name_letter(office, number, None, has_note=0)
    await answer(office, number, TOP, In_Reply_To=LETTER)
    (reply,) = await thread(office, number, "carol")
    assert (reply["author"], reply["body"]) == ("bob", "I will call.")


async def test_an_answer_to_ones_own_note_by_mail_is_a_note(office: Desk) -> None:
    number, note = await noted_ticket(office)
    name_letter(office, number, note, has_note=1)
    await answer(office, number, TOP, In_Reply_To=LETTER, Message_ID="<mine@desk.example>")
    await answer(office, number, BOTTOM, In_Reply_To="<mine@desk.example>")
    await check_is_note(office, number, "This mail answers a letter that told a note,")


async def test_what_an_agent_forwards_to_the_desk_is_a_whole_ticket(office: Desk) -> None:
    text = "From the fair.\n\n-----Original Message-----\nFrom: Erin\nSent: Monday\n\nMy printer burns."
    mail = write(text, sender="bob@desk.example", Authentication_Results=vouched("desk.example"))
    filed = await deliver(office, mail)
    assert "My printer burns." in (await office.call("ticket.get", "bob", ticket_id=filed["ticket_id"]))["body"]
