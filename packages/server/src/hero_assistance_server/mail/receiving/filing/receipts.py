"""Receipts: the letter that tells a customer the number of the ticket that their mail made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hero_assistance_server.languages.language import Language
from hero_assistance_server.languages.registry import choose_language
from hero_assistance_server.mail.keys import obtain_reply_key
from hero_assistance_server.mail.message_ids import make_thread_id, make_ticket_mail_id
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.receiving.filing.mail_rates import count_use
from hero_assistance_server.mail.receiving.filing.mail_to_file import MailToFile
from hero_assistance_server.mail.reply_address import make_reply_address
from hero_assistance_server.mail.reply_marker import make_marker
from hero_assistance_server.mail.sending.mail_settings import MailSettings
from hero_assistance_server.mail.sending.service import queue_letter
from hero_assistance_server.project.rules import ticket_link
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User

# A program that answers each receipt with a new mail, and does not say what it is, gets no more of them.
RECEIPTS_SPAN = timedelta(minutes=15)
RECEIPTS_LIMIT = 3


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt is about: the mail, the ticket that it made, and its sender.

    A sender who is not proved may be another than the one who reads it, and wrote nothing of this.
    """

    mail: MailToFile
    ticket: Ticket
    user: User
    is_proved: bool


def queue_receipt(work: UnitOfWork, receipt: Receipt) -> bool:
    """Queue a receipt; false where its reader gets none.

    They had some in the last minutes, have no address, or an operator files what waited long and is not proved.
    """
    settings, record = receipt.mail.facts.mail, receipt.mail.record
    address = receipt.user.email
    if settings is None or not address or (record.is_forced and not receipt.is_proved):
        return False
    if count_use(work, "receipt", address, RECEIPTS_SPAN, is_proved=receipt.is_proved) >= RECEIPTS_LIMIT:
        return False
    host, ticket_id = settings.sender.host, receipt.ticket.ticket_id
    message_id = make_ticket_mail_id(ticket_id, None, host)
    work.mail_ids.add(message_id, ticket_id, None, work.now)
    language = choose_language(receipt.user, receipt.mail.facts.settings)
    letter = Letter(
        key=f"receipt/{record.mail_id}",
        to=address,
        to_name=receipt.user.name if receipt.is_proved else "",
        subject=_write_subject(work, receipt, language),
        text=_write_text(receipt, settings, language),
        headers=_make_headers(work, receipt, settings),
        message_id=message_id,
        language=language.code,
    )
    return queue_letter(work, letter, about=ticket_id)


def _write_subject(work: UnitOfWork, receipt: Receipt, language: Language) -> str:
    """A stranger sends no words of theirs to others through this desk."""
    ticket = receipt.ticket
    if not receipt.is_proved:
        return language.t("Your mail is ticket {number}", number=ticket.ticket_id)
    return f"Re: {work.mail_ids.keep_title(ticket.ticket_id, ticket.title)}"


def _write_text(receipt: Receipt, settings: MailSettings, language: Language) -> str:
    project, ticket = receipt.mail.facts.settings, receipt.ticket
    lines = [make_marker(language)] if settings.takes_answers else []
    lines.append(_write_opening(receipt, language))
    lines.append(language.t("An agent will answer you. To add something, answer this mail."))
    if not receipt.is_proved:
        lines.append(
            language.t("You wrote no mail to us? Then another one used your address, and you need do nothing.")
        )
    if link := ticket_link(project, ticket.ticket_id):
        lines.append(language.t("You can read the ticket here: {link}", link=link))
    return "\n\n".join(lines) + "\n"


def _write_opening(receipt: Receipt, language: Language) -> str:
    number, project = receipt.ticket.ticket_id, receipt.mail.facts.settings.name
    if not receipt.is_proved:
        return language.t("We have your mail. It is ticket {number} of {project}.", number=number, project=project)
    return language.t(
        "We have your mail. It is ticket {number} of {project}: {title}",
        number=number,
        project=project,
        title=receipt.ticket.title,
    )


def _make_headers(work: UnitOfWork, receipt: Receipt, settings: MailSettings) -> tuple[tuple[str, str], ...]:
    """Return what keeps the thread together, and takes the answer."""
    ticket_id, header_id = receipt.ticket.ticket_id, receipt.mail.parsed.header_id
    headers = []
    if settings.takes_answers:
        key = receipt.mail.facts.reply_key or obtain_reply_key(work)
        address = make_reply_address(key, settings.sender.address, ticket_id, receipt.user.user_id)
        headers.append(("Reply-To", address))
    thread = make_thread_id(ticket_id, settings.sender.host)
    answered = f"<{header_id}>" if header_id else ""
    if answered:
        headers.append(("In-Reply-To", answered))
    headers.append(("References", f"{thread} {answered}".strip()))
    return tuple(headers)
