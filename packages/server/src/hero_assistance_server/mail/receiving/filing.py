"""Files a mail: one transaction makes the user, the ticket or the message, and the outcome; or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from hero_assistance_sdk.errors import QuotaFull, TooOften
from hero_assistance_sdk.wire import AttachmentId, MessageKind, Priority
from hero_assistance_server.attachments.media_type import Sniffed
from hero_assistance_server.attachments.service import add_upload
from hero_assistance_server.identity.permissions import MAIL_ORIGIN, Caller
from hero_assistance_server.mail.keys import find_reply_key
from hero_assistance_server.mail.receiving import senders
from hero_assistance_server.mail.receiving.matching import Match, find_answered_ticket, find_match, is_letter
from hero_assistance_server.mail.receiving.message_text import MessageParts, make_body, make_title
from hero_assistance_server.mail.receiving.model import IncomingMail, MailState, Outcome
from hero_assistance_server.mail.receiving.parsing.authentication_results import read_proof
from hero_assistance_server.mail.receiving.parsing.automatic import Automatic
from hero_assistance_server.mail.receiving.parsing.parser import ParsedMail
from hero_assistance_server.mail.receiving.receipts import Receipt, queue_receipt
from hero_assistance_server.mail.receiving.sender_rules import SenderFacts, SenderVerdict, Standing, judge_sender
from hero_assistance_server.mail.reply_address import read_reply_address
from hero_assistance_server.mail.sending.mail_settings import MailSettings
from hero_assistance_server.messages import rules as message_rules
from hero_assistance_server.messages.model import Message
from hero_assistance_server.messages.service import write_message
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.service import create_ticket
from hero_assistance_server.tickets.states import Trigger, after
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.model import User

# Two programs that answer each other without saying so are stopped by these.
RATE_SPAN = timedelta(hours=1)
RATE_LIMIT = 100
# What agents look for to decide about mails that act for no user.
UNPROVED_TAG = "unproved-sender"
SYSTEM = Caller(None, origin=MAIL_ORIGIN)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a mail whose bytes are on the disk."""

    name: str
    size: int
    sniffed: Sniffed
    sha256: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail on its way into the desk: its record, what it says, its files, and what is said about those left out."""

    record: IncomingMail
    parsed: ParsedMail
    files: Sequence[StoredFile] = ()
    remarks: tuple[str, ...] = ()


def _know_nothing() -> MailSettings | None:
    return None


@dataclass(frozen=True, slots=True)
class Filing:
    """Files mails; `read_settings` returns how letters go out, and `None` while it is not known."""

    directory: Directory
    admission: Admission
    read_settings: Callable[[], MailSettings | None] = _know_nothing

    @property
    def support(self) -> str:
        """The address that customers write to; the empty text where none is known."""
        settings = self.read_settings()
        return "" if settings is None else settings.sender.address.lower()

    def file(self, work: UnitOfWork, envelope: Envelope) -> Outcome:
        """File a mail that waits, and write what became of it; raises `DiskFull`."""
        record, parsed = envelope.record, envelope.parsed
        known = work.incoming_mails.find(record.mail_id)
        if known is None or known.state is not MailState.RECEIVED:
            return Outcome(MailState.RECEIVED if known is None else known.state)
        sender = parsed.sender.lower() or None
        outcome = self._find_outcome(work, envelope)
        work.incoming_mails.note_contents(
            record.mail_id,
            sender=sender,
            subject=make_title(parsed.subject),
            header_id=parsed.header_id or None,
            fingerprint=parsed.fingerprint,
            has_html=parsed.content.has_html,
        )
        work.incoming_mails.finish(record.mail_id, outcome)
        if outcome.ticket_id is not None and parsed.header_id and parsed.report is None:
            work.mail_ids.add(f"<{parsed.header_id}>", outcome.ticket_id, outcome.message_id, work.now)
        return outcome

    def _find_outcome(self, work: UnitOfWork, envelope: Envelope) -> Outcome:
        parsed = envelope.parsed
        if envelope.record.is_forced:
            return self._file(work, envelope)
        reason = self._find_reason_to_ignore(work, parsed)
        if reason:
            return Outcome(MailState.IGNORED, reason)
        if parsed.report is not None:
            return self._note_report(work, envelope)
        reason = self._find_reason_to_quarantine(work, parsed)
        return Outcome(MailState.QUARANTINED, reason) if reason else self._file(work, envelope)

    def _find_reason_to_quarantine(self, work: UnitOfWork, parsed: ParsedMail) -> str:
        """Return why an operator has to look at a mail."""
        if not parsed.sender:
            return "it names no sender, or more than one"
        if work.incoming_mails.count_from(parsed.sender.lower(), work.now - RATE_SPAN) >= RATE_LIMIT:
            return f"its sender wrote {RATE_LIMIT} mails within an hour"
        return ""

    def _find_reason_to_ignore(self, work: UnitOfWork, parsed: ParsedMail) -> str:
        """Return why a mail is no news: this desk wrote it, or it came by another way before."""
        is_ours = bool(parsed.header_id) and is_letter(work, parsed.header_id)
        if is_ours or (parsed.sender and parsed.sender.lower() == self.support):
            return "a letter of this desk"
        same = work.incoming_mails.find_same(parsed.fingerprint) if parsed.fingerprint else None
        if same is not None:
            return f"the same mail as {same.mail_id}"
        is_answer = parsed.automatic in {Automatic.ANSWER, Automatic.REPORT} and parsed.report is None
        return parsed.automatic.value if is_answer else ""

    def _file(self, work: UnitOfWork, envelope: Envelope) -> Outcome:
        parsed = envelope.parsed
        match = find_match(work, parsed, envelope.record.recipients)
        user = senders.find_sender(work, parsed.sender) if parsed.sender else None
        settings = work.project.read()
        verdict = judge_sender(
            SenderFacts(
                user=user,
                proof=read_proof(parsed.results, settings.mail_servers, parsed.domain),
                wrote_to_own_address=user is not None and match.is_address_of(user),
                takes_newcomers=settings.mail_newcomers and bool(parsed.sender),
            )
        )
        if verdict.standing is Standing.UNPROVED:
            return self._file_unproved(work, envelope, match, verdict)
        if user is None:
            user = senders.enrol_sender(work, self.directory, parsed.sender, parsed.sender_name)
        try:
            return self._file_for(work, envelope, match, user)
        except TooOften as error:
            return Outcome(MailState.QUARANTINED, error.message)

    def _file_for(self, work: UnitOfWork, envelope: Envelope, match: Match, user: User) -> Outcome:
        """File a mail as its sender's: as a reply where they may write one, else as a ticket of theirs."""
        caller, ticket = Caller(user, origin=MAIL_ORIGIN), match.ticket
        if ticket is not None and caller.sees(ticket) and _takes_reply(ticket, user):
            self.admission.admit(caller, Usage.MESSAGES)
            body, ids = self._make_contents(work, caller, envelope)
            message = write_message(
                work, caller, MessageKind.REPLY, ticket.ticket_id, body=body, client_token=None, attachment_ids=ids
            )
            return Outcome(MailState.FILED, "", message.ticket_id, message.message_id)
        self.admission.admit(caller, Usage.TICKETS)
        made = self._create_ticket(work, caller, envelope)
        if ticket is not None:
            self._note(work, made, _explain_new_ticket(ticket, sees=caller.sees(ticket)))
        if not user.is_staff and envelope.parsed.automatic is Automatic.NO:
            self._queue_receipt(work, Receipt(envelope.record.mail_id, envelope.parsed, made, user))
        return Outcome(MailState.FILED, "", made.ticket_id)

    def _queue_receipt(self, work: UnitOfWork, receipt: Receipt) -> None:
        settings = self.read_settings()
        if settings is not None:
            queue_receipt(work, receipt, settings)

    def _file_unproved(self, work: UnitOfWork, envelope: Envelope, match: Match, verdict: SenderVerdict) -> Outcome:
        """File a mail that acts for no user: as a note on its ticket, else as a ticket that staff alone see."""
        user = senders.obtain_unproved(work, self.directory)
        caller = Caller(user, origin=MAIL_ORIGIN)
        named = envelope.parsed.sender or "no sender"
        warning = f"This mail says that it is from {named}. It acts for no user: {verdict.reason}."
        if match.ticket is None:
            made = self._create_ticket(work, caller, envelope, warning=warning)
            return Outcome(MailState.FILED, verdict.reason, made.ticket_id)
        body, ids = self._make_contents(work, caller, envelope, warning=warning)
        message = self._note(work, match.ticket, body, ids)
        return Outcome(MailState.FILED, verdict.reason, match.ticket.ticket_id, message.message_id)

    def _note_report(self, work: UnitOfWork, envelope: Envelope) -> Outcome:
        """Write on the ticket that a letter about it did not arrive."""
        report = envelope.parsed.report
        if report is None or not report.is_final:
            return Outcome(MailState.IGNORED, "a report of a delay, or of a delivery")
        ticket_id = find_answered_ticket(work, report.letter_ids)
        ticket = work.tickets.find(ticket_id) if ticket_id is not None else None
        if ticket is None:
            return Outcome(MailState.IGNORED, "a report on no letter of this desk")
        status = " ".join(part for part in (report.status, report.reason) if part)
        text = (
            f"A letter about this ticket did not arrive at {report.recipient or 'its reader'}: {status or 'no reason'}"
        )
        message = self._note(work, ticket, text)
        return Outcome(MailState.FILED, Automatic.REPORT.value, ticket.ticket_id, message.message_id)

    def _create_ticket(self, work: UnitOfWork, caller: Caller, envelope: Envelope, *, warning: str = "") -> Ticket:
        body, ids = self._make_contents(work, caller, envelope, warning=warning)
        return create_ticket(
            work,
            caller,
            title=make_title(envelope.parsed.subject),
            body=body,
            priority=Priority.NORMAL,
            tags=[UNPROVED_TAG] if warning else [],
            client_token=None,
            attachment_ids=ids,
        )

    def _make_contents(
        self, work: UnitOfWork, caller: Caller, envelope: Envelope, *, warning: str = ""
    ) -> tuple[str, list[AttachmentId]]:
        """Write the files as uploads of the caller's; returns the text and their ids."""
        ids: list[AttachmentId] = []
        remarks = list(envelope.remarks)
        for file in envelope.files:
            try:
                made = add_upload(
                    work, caller, name=file.name, size=file.size, sniffed=file.sniffed, sha256=file.sha256
                )
            except QuotaFull as error:
                remarks.append(f"Not attached: {file.name}: {error.message}")
            else:
                ids.append(made.attachment_id)
        is_own = partial(self._is_own, find_reply_key(work) or b"")
        return make_body(MessageParts(envelope.parsed.content.text, warning, remarks), is_own), ids

    def _is_own(self, key: bytes, address: str) -> bool:
        """Return whether an address is one of this desk."""
        return address.lower() == self.support or (bool(key) and read_reply_address(key, address) is not None)

    def _note(self, work: UnitOfWork, ticket: Ticket, text: str, ids: Sequence[AttachmentId] = ()) -> Message:
        """Write a note of no user's, which staff read."""
        author = senders.obtain_unproved(work, self.directory)
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


def _takes_reply(ticket: Ticket, user: User) -> bool:
    trigger = Trigger.CUSTOMER_REPLIED if user.user_id in ticket.people else Trigger.AGENT_REPLIED
    return ticket.merged_into is None and after(ticket.status, trigger) is not None


def _explain_new_ticket(ticket: Ticket, *, sees: bool) -> str:
    if sees:
        return f"This mail answers ticket {ticket.ticket_id}, which is closed."
    return f"This mail answers a letter about ticket {ticket.ticket_id}, in which its sender has no part."
