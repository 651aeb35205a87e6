"""Every kind of letter that the server writes, each to a reader of a given language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from hero_assistance_sdk.wire import AttachmentId, EventKind, Millis, Seq
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.collaborators.letters import guest_letter
from hero_assistance_server.identity.sign_in.letters import invitation_letter, link_letter
from hero_assistance_server.identity.sign_in.model import IssuedToken
from hero_assistance_server.languages.registry import LANGUAGES
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.receiving.filing.mail_to_file import DeskFacts, MailToFile
from hero_assistance_server.mail.receiving.filing.receipts import Receipt, queue_receipt
from hero_assistance_server.mail.receiving.model import IncomingMail, MailId, MailState
from hero_assistance_server.mail.receiving.parsing.parser import parse_mail
from hero_assistance_server.mail.sending.service import read_letter
from hero_assistance_server.notifications.model import NotificationSettings
from hero_assistance_server.notifications.unsubscribe import KEY
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.ticket_update import Patch
from hero_assistance_server.webhooks import rules
from hero_assistance_server.webhooks.disabled_letter import tell_admins
from hero_assistance_server.webhooks.model import Webhook, WebhookAnswer
from tests.server.mail.mails import write
from tests.server.notifications.letter_desk import ALICE, BOB, CAROL, MAIL, MINUTE, NOON, LetterDesk

PROJECT = ProjectSettings(page_address="https://desk.example.org/")
TOKEN = IssuedToken("TOKEN", Millis(0), "123456", Millis(0))
FILE = Attachment(AttachmentId(1), "report.pdf", 6 * 1024 * 1024 + 200_000, "application/pdf")
WEBHOOK = Webhook(1, "https://hooks.example.org/", "", (), False, "abc", "whsec_bmV3", Seq(0), NOON, None)
ANSWER = WebhookAnswer(0, 1, "msg_1", EventKind("ticket.created"), Seq(1), NOON, 5, None, "", "")
RECORD = IncomingMail(
    mail_id=MailId(1),
    source="listener",
    received_at=NOON,
    sha256="",
    size=0,
    recipients=(),
    state=MailState.RECEIVED,
    reason="",
    attempts=0,
    is_forced=False,
    sender=None,
    subject="",
    header_id=None,
    fingerprint=None,
    ticket_id=None,
    message_id=None,
    has_html=False,
)


async def sign_in(_desk: LetterDesk, language: str) -> Letter:
    return link_letter(LANGUAGES[language], PROJECT, "carol@example.net", TOKEN)


async def sign_in_without_page(_desk: LetterDesk, language: str) -> Letter:
    return link_letter(LANGUAGES[language], ProjectSettings(), "carol@example.net", TOKEN)


async def invitation(_desk: LetterDesk, language: str) -> Letter:
    return invitation_letter(LANGUAGES[language], PROJECT, "erin@example.net", TOKEN)


async def guest_of_agent(desk: LetterDesk, language: str) -> Letter:
    ticket_id = await desk.file()
    return guest_letter(LANGUAGES[language], PROJECT, ticket_id, to="erin@example.net", by=BOB, issued=TOKEN)


async def guest_of_customer(desk: LetterDesk, language: str) -> Letter:
    ticket_id = await desk.file()
    by = replace(CAROL, name="www.example.com")
    return guest_letter(LANGUAGES[language], PROJECT, ticket_id, to="erin@example.net", by=by, issued=None)


async def receipt(desk: LetterDesk, language: str) -> Letter:
    return await _make_receipt(desk, language, is_proved=True)


async def receipt_of_unproved_sender(desk: LetterDesk, language: str) -> Letter:
    return await _make_receipt(desk, language, is_proved=False)


async def reply(desk: LetterDesk, language: str) -> Letter:
    """To a customer, of an answer with a file that is too large for a mail."""
    await desk.save(replace(CAROL, language=language, time_zone="Europe/Berlin"))
    await desk.write(lambda work: work.attachments.add(FILE, "0" * 64, BOB.user_id, work.now))
    await desk.reply(await desk.file(), BOB, "Try again:\nhttps://example.org/?a&b", (FILE,))
    return (await desk.letters())[0]


async def ticket_filed_for_customer(desk: LetterDesk, language: str) -> Letter:
    """Without a mailbox of the desk: answers are not read."""
    desk.mail = replace(MAIL, takes_answers=False)
    await desk.save(replace(CAROL, language=language, time_zone="Europe/Berlin"))
    await desk.file(by=BOB)
    return (await desk.letters())[0]


async def news_of_agent(desk: LetterDesk, language: str) -> Letter:
    """To an agent, of everything that one can be told of."""
    await desk.save(replace(BOB, language=language, time_zone="Europe/Berlin"))
    await desk.configure(BOB, NotificationSettings(new_tickets=True))
    ticket_id = await desk.file()
    await desk.change(ticket_id, ALICE, Patch(assignee=BOB))
    await desk.reply(ticket_id, CAROL, "It is <b>urgent</b>.")
    await desk.note(ticket_id, ALICE, "@bob please look", mentioned="bob")
    return next(letter for letter in await desk.letters(2 * MINUTE) if letter.to == BOB.email)


async def webhook_that_failed(desk: LetterDesk, language: str) -> Letter:
    return await _tell_admins(desk, language, replace(ANSWER, status=500, error=rules.judge(500)))


async def webhook_without_answer(desk: LetterDesk, language: str) -> Letter:
    return await _tell_admins(desk, language, replace(ANSWER, error="the connection was refused"))


async def webhook_that_is_gone(desk: LetterDesk, language: str) -> Letter:
    return await _tell_admins(desk, language, replace(ANSWER, status=410, error=rules.judge(410)))


KINDS: dict[str, Callable[[LetterDesk, str], Awaitable[Letter]]] = {
    kind.__name__: kind
    for kind in (
        sign_in,
        sign_in_without_page,
        invitation,
        guest_of_agent,
        guest_of_customer,
        receipt,
        receipt_of_unproved_sender,
        reply,
        ticket_filed_for_customer,
        news_of_agent,
        webhook_that_failed,
        webhook_without_answer,
        webhook_that_is_gone,
    )
}


async def make_letter(desk: LetterDesk, kind: str, language: str) -> Letter:
    """Return a letter of a kind, which is the same at each run: its key is known."""
    await desk.write(lambda work: work.mail_keys.add(KEY, bytes(32)))
    return await KINDS[kind](desk, language)


async def _make_receipt(desk: LetterDesk, language: str, *, is_proved: bool) -> Letter:
    ticket_id = await desk.file(CAROL)

    def command(work: UnitOfWork) -> None:
        ticket = work.tickets.find(ticket_id)
        assert ticket is not None
        parsed = parse_mail(write(sender="carol@example.net").as_bytes())
        mail_to_file = MailToFile(RECORD, parsed, DeskFacts(work.project.read(), MAIL), "", "")
        assert queue_receipt(work, Receipt(mail_to_file, ticket, replace(CAROL, language=language), is_proved))

    await desk.write(command)
    return await _read_last(desk)


async def _tell_admins(desk: LetterDesk, language: str, answer: WebhookAnswer) -> Letter:
    await desk.save(replace(ALICE, language=language))
    await desk.write(lambda work: tell_admins(work, rules.disable(WEBHOOK, "of a test"), answer))
    return await _read_last(desk)


async def _read_last(desk: LetterDesk) -> Letter:
    last = await desk.store.read(lambda snapshot: next(iter(snapshot.outbox.iterate_newest("mail", None, 2**62))))
    return read_letter(last.payload)
