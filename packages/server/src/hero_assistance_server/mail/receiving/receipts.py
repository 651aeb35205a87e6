"""Receipts: the letter that tells a customer the number of the ticket that their mail made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hero_assistance_server.mail.keys import obtain_reply_key
from hero_assistance_server.mail.message_ids import make_thread_id, make_ticket_mail_id
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.receiving.model import MailId
from hero_assistance_server.mail.receiving.parsing.parser import ParsedMail
from hero_assistance_server.mail.reply_address import make_reply_address
from hero_assistance_server.mail.reply_marker import REPLY_MARKER
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
    """What a receipt is about: the mail, the ticket that it made, and its sender."""

    mail_id: MailId
    mail: ParsedMail
    ticket: Ticket
    user: User


def queue_receipt(work: UnitOfWork, receipt: Receipt, settings: MailSettings) -> bool:
    """Queue a receipt; false where its reader had some in the last minutes, or has no address."""
    address = receipt.user.email
    if not address:
        return False
    since = work.now - RECEIPTS_SPAN
    if work.incoming_mails.count_from(address, since, in_new_tickets=True) >= RECEIPTS_LIMIT:
        return False
    host, ticket_id = settings.sender.host, receipt.ticket.ticket_id
    message_id = make_ticket_mail_id(ticket_id, None, host)
    work.mail_ids.add(message_id, ticket_id, None, work.now)
    letter = Letter(
        key=f"receipt/{receipt.mail_id}",
        to=address,
        to_name=receipt.user.name,
        subject=f"Re: {work.mail_ids.keep_title(ticket_id, receipt.ticket.title)}",
        text=_write_text(work, receipt, settings),
        headers=_make_headers(work, receipt, settings),
        message_id=message_id,
    )
    return queue_letter(work, letter)


def _write_text(work: UnitOfWork, receipt: Receipt, settings: MailSettings) -> str:
    project = work.project.read()
    link = ticket_link(project, receipt.ticket.ticket_id)
    lines = [REPLY_MARKER] if settings.takes_answers else []
    lines.append(
        f"We have your mail. It is ticket {receipt.ticket.ticket_id} of {project.name}: {receipt.ticket.title}"
    )
    lines.append("An agent will answer you. To add something, answer this mail.")
    if link:
        lines.append(f"You can read the ticket here: {link}")
    return "\n\n".join(lines) + "\n"


def _make_headers(work: UnitOfWork, receipt: Receipt, settings: MailSettings) -> tuple[tuple[str, str], ...]:
    """Return what keeps the thread together, and takes the answer."""
    ticket_id = receipt.ticket.ticket_id
    headers = []
    if settings.takes_answers:
        key = obtain_reply_key(work)
        address = make_reply_address(key, settings.sender.address, ticket_id, receipt.user.user_id)
        headers.append(("Reply-To", address))
    thread = make_thread_id(ticket_id, settings.sender.host)
    answered = f"<{receipt.mail.header_id}>" if receipt.mail.header_id else ""
    if answered:
        headers.append(("In-Reply-To", answered))
    headers.append(("References", f"{thread} {answered}".strip()))
    return tuple(headers)
