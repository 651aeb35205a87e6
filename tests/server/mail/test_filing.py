"""What becomes of mails: tickets, replies, notes for staff, or a reason; and whom each acts for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.mail.reply_address import make_reply_address
from tests.server.desk import STOP_S, Desk, running
from tests.server.mail.mails import CAROL, ERIN, SERVER, SUPPORT, deliver, settled, vouched, write
from tests.server.mail.reports import REPORT

pytestmark = pytest.mark.anyio

KEY = bytes(range(32))


@pytest.fixture
async def office(paths: Paths) -> AsyncIterator[Desk]:
    """A desk that trusts its mail server, where Carol and Bob have addresses, and whose key is known."""
    async with running(paths) as desk:
        await desk.call("project.update", "alice", mail_servers=[SERVER])
        await desk.call("user.update", "alice", user_id="carol", email=CAROL)
        await desk.call("user.update", "alice", user_id="bob", email="bob@desk.example")
        desk.execute("INSERT INTO mail_keys VALUES ('reply-address', ?)", KEY.hex())
        yield desk


async def receipt_file(desk: Desk) -> str:
    """The one letter of the desk, once it is in its outbox folder; what was sent has no payload any more."""
    async with asyncio.timeout(STOP_S):
        while not (files := list(desk.paths.mail.glob("*.eml"))):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    (letter,) = files
    message = message_from_bytes(letter.read_bytes(), policy=default)
    body = message.get_body(("plain",))
    assert body is not None
    return f"From: {message['From']}\nTo: {message['To']}\nSubject: {message['Subject']}\n\n{body.get_content()}"


def reply_to(ticket_id: int, user: str) -> str:
    return make_reply_address(KEY, SUPPORT, ticket_id, user)  # type: ignore[arg-type]


async def carols_ticket(desk: Desk) -> int:
    made = await desk.call("ticket.create", "carol", title="The printer", body="It is on fire.")
    number: int = made["ticket_id"]
    return number


async def thread(desk: Desk, ticket_id: int, user: str = "alice") -> list[dict[str, Any]]:
    page = await desk.call("message.list", user, ticket_id=ticket_id)
    messages: list[dict[str, Any]] = page["messages"]
    return messages


async def test_a_stranger_becomes_a_customer_with_a_ticket(office: Desk) -> None:
    filed = await deliver(office, write(sender="Erin Example <erin@example.org>"))
    assert (filed["state"], filed["sender"]) == ("filed", ERIN)
    ticket = await office.call("ticket.get", "alice", ticket_id=filed["ticket_id"])
    assert (ticket["title"], ticket["body"], ticket["customer_name"]) == (
        "The VPN is down",
        "Since this morning.",
        "Erin Example",
    )
    assert ticket["tags"] == []


async def test_without_newcomers_a_stranger_is_read_by_staff_alone(office: Desk) -> None:
    await office.call("project.update", "alice", mail_newcomers=False)
    filed = await deliver(office, write())
    ticket = await office.call("ticket.get", "alice", ticket_id=filed["ticket_id"])
    assert ticket["customer"] == "_mail"
    assert ticket["tags"] == ["unproved-sender"]
    assert "is no user of this desk" in ticket["body"]


async def test_a_reply_address_leads_to_its_ticket(office: Desk) -> None:
    number = await carols_ticket(office)
    filed = await deliver(office, write("Still on fire.", sender=CAROL, to=reply_to(number, "carol")))
    assert (filed["state"], filed["ticket_id"]) == ("filed", number)
    (message,) = await thread(office, number)
    assert (message["author"], message["kind"], message["body"]) == ("carol", "reply", "Still on fire.")


async def test_a_forged_sender_acts_for_no_user(office: Desk) -> None:
    number = await carols_ticket(office)
    mail = write(sender=CAROL, to=reply_to(number, "carol"), Authentication_Results=vouched(result="fail"))
    await deliver(office, mail)
    (message,) = await thread(office, number)
    assert (message["author"], message["kind"]) == ("_mail", "note")
    assert "it is forged" in message["body"]
    assert await thread(office, number, "carol") == []


async def test_a_known_sender_without_proof_acts_for_no_user(office: Desk) -> None:
    filed = await deliver(office, write(sender=CAROL))
    ticket = await office.call("ticket.get", "alice", ticket_id=filed["ticket_id"])
    assert ticket["customer"] == "_mail"
    with pytest.raises(RpcFailure):
        await office.call("ticket.get", "carol", ticket_id=filed["ticket_id"])


async def test_a_known_sender_with_proof_has_a_ticket(office: Desk) -> None:
    filed = await deliver(office, write(sender=CAROL, Authentication_Results=vouched()))
    assert (await office.call("ticket.get", "carol", ticket_id=filed["ticket_id"]))["customer"] == "carol"


@pytest.mark.parametrize(
    "claim", ["mx.evil.example; dmarc=pass header.from=example.org", f"{SERVER}; dmarc=pass header.from=evil.example"]
)
async def test_the_word_of_another_server_or_for_another_domain_is_none(office: Desk, claim: str) -> None:
    filed = await deliver(office, write(sender=CAROL, Authentication_Results=claim))
    assert (await office.call("ticket.get", "alice", ticket_id=filed["ticket_id"]))["customer"] == "_mail"


async def test_a_stranger_with_the_address_of_another_has_a_ticket_of_their_own(office: Desk) -> None:
    number = await carols_ticket(office)
    filed = await deliver(office, write(to=reply_to(number, "carol")))
    assert filed["ticket_id"] != number
    assert await thread(office, number) == []
    assert (await office.call("ticket.get", "alice", ticket_id=filed["ticket_id"]))["customer"] == "erin"
    (note,) = await thread(office, filed["ticket_id"])
    assert f"ticket {number}, in which its sender has no part" in note["body"]


async def test_a_subject_leads_to_no_ticket(office: Desk) -> None:
    number = await carols_ticket(office)
    filed = await deliver(office, write(subject=f"Re: [#{number}] The printer"))
    assert filed["ticket_id"] != number


async def test_an_agent_answers_when_the_mail_server_vouches(office: Desk) -> None:
    number = await carols_ticket(office)
    mail = write(
        "Use water.",
        sender="bob@desk.example",
        to=reply_to(number, "bob"),
        Authentication_Results=vouched("desk.example"),
    )
    await deliver(office, mail)
    (message,) = await thread(office, number, "carol")
    assert (message["author"], message["body"]) == ("bob", "Use water.")


async def test_the_address_alone_makes_no_agent(office: Desk) -> None:
    number = await carols_ticket(office)
    await deliver(office, write("Send me your password.", sender="bob@desk.example", to=reply_to(number, "bob")))
    assert await thread(office, number, "carol") == []
    (note,) = await thread(office, number)
    assert "vouches" in note["body"]


async def test_a_mail_to_a_closed_ticket_makes_a_new_one(office: Desk) -> None:
    number = await carols_ticket(office)
    await office.call("ticket.update", "alice", ticket_id=number, status="closed")
    filed = await deliver(office, write(sender=CAROL, to=reply_to(number, "carol")))
    assert filed["ticket_id"] != number
    (note,) = await thread(office, filed["ticket_id"])
    assert f"ticket {number}, which is closed" in note["body"]


async def test_the_same_mail_in_two_mailboxes_is_filed_once(office: Desk) -> None:
    first = write(Message_ID="<1@example.org>", Delivered_To="support@desk.example")
    second = write(Message_ID="<1@example.org>", Delivered_To="sales@desk.example")
    one = await deliver(office, first)
    other = await deliver(office, second)
    assert (other["state"], other["reason"]) == ("ignored", f"the same mail as {one['mail_id']}")


async def test_a_second_mail_of_a_thread_joins_it(office: Desk) -> None:
    one = await deliver(office, write(Message_ID="<1@example.org>", Authentication_Results=vouched()))
    mail = write("More.", Message_ID="<2@example.org>", In_Reply_To="<1@example.org>", Authentication_Results=vouched())
    assert (await deliver(office, mail))["ticket_id"] == one["ticket_id"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
    ],
)
async def test_an_automatic_answer_is_ignored(office: Desk, headers: dict[str, str]) -> None:
    ignored = await deliver(office, write(**headers))
    assert (ignored["state"], ignored["reason"]) == ("ignored", "an automatic answer")


async def test_a_mail_without_a_sender_is_quarantined_and_can_be_filed(office: Desk) -> None:
    raw = b"Subject: hello\r\n\r\nhello\r\n"
    mail = await deliver(office, raw)
    assert mail["state"] == "quarantined"
    await office.call("mail.refile", "alice", mail_id=mail["mail_id"])
    again = await deliver(office, write())
    assert again["state"] == "filed"
    found = await office.call("mail.read", "alice", mail_id=mail["mail_id"])
    assert (found["mail"]["state"], found["raw"]) == ("filed", raw.decode())


async def test_a_filed_mail_is_not_filed_again(office: Desk) -> None:
    mail = await deliver(office, write())
    with pytest.raises(RpcFailure, match="filed on ticket"):
        await office.call("mail.refile", "alice", mail_id=mail["mail_id"])


async def test_files_are_attached_and_inline_pictures_stand_in_their_place(office: Desk) -> None:
    mail = write("hello")
    mail.add_attachment(b"10.0.0.7 timed out", maintype="text", subtype="plain", filename="trace.txt")
    filed = await deliver(office, mail)
    ticket = await office.call("ticket.get", "erin", ticket_id=filed["ticket_id"])
    assert [one["name"] for one in ticket["attachments"]] == ["trace.txt"]
    got = await office.http().get(
        f"/attachments/{ticket['attachments'][0]['attachment_id']}", headers=office.headers("erin")
    )
    assert got.content == b"10.0.0.7 timed out"


async def test_more_files_than_a_text_takes_are_named(office: Desk) -> None:
    mail = write("hello")
    for number in range(13):
        mail.add_attachment(b"x%d" % number, maintype="application", subtype="zip", filename=f"{number}.zip")
    filed = await deliver(office, mail)
    ticket = await office.call("ticket.get", "alice", ticket_id=filed["ticket_id"])
    assert len(ticket["attachments"]) == 10
    assert "3 more files are in the stored mail" in ticket["body"]


async def test_a_quote_is_folded_and_not_thrown_away(office: Desk) -> None:
    number = await carols_ticket(office)
    text = f"Thanks, it works.\n\nOn Mon, 1 Jan 2026 at 10:00, Bob <{reply_to(number, 'carol')}> wrote:\n> Use water."
    await deliver(office, write(text, sender=CAROL, to=reply_to(number, "carol")))
    (message,) = await thread(office, number)
    body = message["body"]
    assert body.startswith("Thanks, it works.\n\n> On Mon,")
    assert body.endswith("> > Use water.")


async def test_a_sender_who_writes_without_end_is_stopped(office: Desk) -> None:
    for number in range(100):
        text = write(f"{number}").as_bytes().decode()
        await office.call("mail.deliver", "alice", text=text)
    last = await deliver(office, write("one more"))
    assert (last["state"], last["reason"]) == ("quarantined", "its sender wrote 100 mails within an hour")


async def test_a_customer_may_not_read_the_inbox(office: Desk) -> None:
    calls: dict[str, dict[str, Any]] = {
        "inbox": {},
        "read": {"mail_id": 1},
        "refile": {"mail_id": 1},
        "deliver": {"text": "x"},
    }
    for method, params in calls.items():
        for user in ("carol", "bob"):
            with pytest.raises(RpcFailure, match="may not call"):
                await office.call(f"mail.{method}", user, **params)


async def test_what_is_written_by_mail_leaves_drafts_alone(office: Desk) -> None:
    number = await carols_ticket(office)
    await office.call("draft.save", "carol", ticket_id=number, kind="reply", body="half a sentence")
    await deliver(office, write(sender=CAROL, to=reply_to(number, "carol")))
    assert len((await office.call("draft.list", "carol"))["drafts"]) == 1


def read_column(desk: Desk, query: str) -> list[str]:
    return [value for (value,) in desk.execute(query)]


def receipts(desk: Desk) -> list[str]:
    return read_column(desk, "SELECT key || ' ' || target FROM deliveries WHERE key LIKE 'receipt/%'")


async def test_a_new_ticket_has_a_receipt(office: Desk) -> None:
    filed = await deliver(office, write())
    assert receipts(office) == [f"receipt/{filed['mail_id']} {ERIN}"]


async def test_what_a_program_sent_has_no_receipt(office: Desk) -> None:
    filed = await deliver(office, write(Precedence="bulk"))
    assert filed["state"] == "filed"
    assert receipts(office) == []


async def test_a_desk_that_answers_receipts_without_saying_so_gets_three(office: Desk) -> None:
    for number in range(6):
        filed = await deliver(office, write(f"We have your mail {number}", Authentication_Results=vouched()))
        assert filed["state"] == "filed"
    assert len(receipts(office)) == 3


async def test_our_own_letter_is_no_mail(office: Desk) -> None:
    await deliver(office, write())
    (own,) = read_column(office, "SELECT mail_id FROM mail_message_ids WHERE mail_id LIKE '<ticket-%'")
    ignored = await deliver(office, write("We have your mail.", Message_ID=own))
    assert (ignored["state"], ignored["reason"]) == ("ignored", "a letter of this desk")


async def test_a_bounce_is_shown_on_the_ticket(office: Desk) -> None:
    filed = await deliver(office, write())
    (own,) = read_column(office, "SELECT mail_id FROM mail_message_ids WHERE mail_id LIKE '<ticket-%'")
    report = REPORT.replace(b"<ticket-1.2.x@desk.example>", own.encode())
    noted = await deliver(office, report)
    assert (noted["state"], noted["ticket_id"]) == ("filed", filed["ticket_id"])
    (note,) = await thread(office, filed["ticket_id"])
    assert "did not arrive at carol@example.org: 5.1.1 550 no such user" in note["body"]


async def test_a_bounce_of_no_letter_of_ours_is_ignored(office: Desk) -> None:
    assert (await deliver(office, REPORT))["state"] == "ignored"


async def test_a_receipt_to_a_sender_who_is_not_proved_has_no_words_of_theirs(office: Desk) -> None:
    await deliver(office, write(sender="Win Money <erin@example.org>", subject="Cheap pills at pills.example"))
    letter = await receipt_file(office)
    assert "pills" not in letter
    assert "Money" not in letter
    assert "Then another one used your address" in letter


async def test_a_receipt_to_a_proved_sender_names_the_ticket(office: Desk) -> None:
    await deliver(office, write(Authentication_Results=vouched()))
    assert "Subject: Re: The VPN is down" in await receipt_file(office)


async def test_what_an_operator_refiles_sends_no_receipt_to_a_sender_who_is_not_proved(office: Desk) -> None:
    ignored = await deliver(office, write(Auto_Submitted="auto-replied"))
    await office.call("mail.refile", "alice", mail_id=ignored["mail_id"])
    assert (await settled(office))[0]["state"] == "filed"
    assert receipts(office) == []


async def test_what_agents_read_of_a_mail_is_in_the_language_of_the_project(office: Desk) -> None:
    await office.call("project.update", "alice", language="fr")
    number = await carols_ticket(office)
    filed = await deliver(office, write(to=reply_to(number, "carol")))
    (note,) = await thread(office, filed["ticket_id"])
    said = f"Ce mail répond à un courrier au sujet du ticket {number}, auquel son expéditeur ne participe pas."
    assert note["body"] == said
    letters = read_column(office, "SELECT mail_id FROM mail_message_ids WHERE mail_id LIKE '<ticket-%'")
    own = next(letter for letter in letters if letter.startswith(f"<ticket-{filed['ticket_id']}."))
    await deliver(office, REPORT.replace(b"<ticket-1.2.x@desk.example>", own.encode()))
    bounced = max(await thread(office, filed["ticket_id"]), key=lambda one: int(one["message_id"]))
    assert "n’est pas arrivé à carol@example.org\u00a0: 5.1.1 550 no such user" in bounced["body"]
