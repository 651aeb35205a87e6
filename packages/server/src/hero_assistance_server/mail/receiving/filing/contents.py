"""Writes what a mail says: as a new ticket, or as a note that staff read."""

from __future__ import annotations

from collections.abc import Sequence

from hero_assistance_sdk.errors import QuotaFull
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import AttachmentId, Priority
from hero_assistance_server.attachments.service import add_upload
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.languages.language import Language
from hero_assistance_server.mail.receiving.filing import senders
from hero_assistance_server.mail.receiving.filing.mail_to_file import MailToFile
from hero_assistance_server.mail.receiving.filing.message_text import MessageParts, make_body, make_title
from hero_assistance_server.mail.receiving.retention import SYSTEM
from hero_assistance_server.messages import rules as message_rules
from hero_assistance_server.messages.model import Message
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.service import create_ticket
from hero_assistance_server.users.directory import Directory

# What agents look for to decide about mails that act for no user.
UNPROVED_TAG = "unproved-sender"


def create_mail_ticket(work: UnitOfWork, caller: Caller, mail: MailToFile, *, warning: str = "") -> Ticket:
    """Create a ticket of what a mail says."""
    body, ids = make_contents(work, caller, mail, warning=warning)
    return create_ticket(
        work,
        caller,
        title=make_title(mail.parsed.subject, mail.facts.language),
        body=body,
        priority=Priority.NORMAL,
        tags=[UNPROVED_TAG] if warning else [],
        client_token=None,
        attachment_ids=ids,
    )


def make_contents(
    work: UnitOfWork, caller: Caller, mail: MailToFile, *, warning: str = ""
) -> tuple[str, list[AttachmentId]]:
    """Write the files as uploads of the caller's; returns the text and their ids."""
    ids: list[AttachmentId] = []
    remarks = list(mail.remarks)
    for file in mail.files:
        try:
            made = add_upload(work, caller, name=file.name, size=file.size, sniffed=file.sniffed, sha256=file.sha256)
        except QuotaFull as error:
            remarks.append(_explain_quota(mail.facts.language, file.name, error))
        else:
            ids.append(made.attachment_id)
    parts = MessageParts(mail.answer, mail.quote, warning, remarks)
    return make_body(parts, mail.facts.language), ids


def _explain_quota(language: Language, name: str, full: QuotaFull) -> str:
    if full.kind is RefusalKind.OWN_FILES_FULL:
        return language.t("Not attached: {name}: the files of its sender have no more room", name=name)
    return language.t("Not attached: {name}: the files of this desk have no more room", name=name)


def write_note(
    work: UnitOfWork, directory: Directory, ticket: Ticket, text: str, ids: Sequence[AttachmentId] = ()
) -> Message:
    """Write a note of no user's, which staff read."""
    author = senders.obtain_unproved(work, directory)
    files = [record.attachment for one in ids if (record := work.attachments.find(one)) is not None]
    change = message_rules.note(
        ticket=ticket,
        author=author,
        message_id=work.messages.next_id(),
        body=text,
        now=work.now,
        follows=work.messages.last_time(ticket.ticket_id),
        attachments=tuple(files),
    )
    work.apply(change, SYSTEM)
    return change.message
