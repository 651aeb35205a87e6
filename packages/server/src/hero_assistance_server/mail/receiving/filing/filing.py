"""Files a mail: one transaction makes the user, the ticket or the message, and the outcome; or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hero_assistance_sdk.errors import TooOften
from hero_assistance_sdk.wire import MessageKind
from hero_assistance_server.identity.permissions import MAIL_ORIGIN, Caller
from hero_assistance_server.languages.language import Language
from hero_assistance_server.mail.receiving.filing import senders
from hero_assistance_server.mail.receiving.filing.contents import create_mail_ticket, make_contents, write_note
from hero_assistance_server.mail.receiving.filing.mail_rates import MailRates
from hero_assistance_server.mail.receiving.filing.mail_to_file import MailToFile
from hero_assistance_server.mail.receiving.filing.matching import (
    Match,
    explain_note,
    find_answered_ticket,
    find_match,
    is_letter,
)
from hero_assistance_server.mail.receiving.filing.message_text import make_title
from hero_assistance_server.mail.receiving.filing.receipts import Receipt, queue_receipt
from hero_assistance_server.mail.receiving.filing.sender_rules import (
    SenderFacts,
    SenderVerdict,
    Standing,
    judge_sender,
)
from hero_assistance_server.mail.receiving.model import FilingOutcome, MailContents, MailState
from hero_assistance_server.mail.receiving.parsing.authentication_results import SenderProof, read_proof
from hero_assistance_server.mail.receiving.parsing.automatic import Automatic
from hero_assistance_server.mail.receiving.parsing.delivery_status import DeliveryReport
from hero_assistance_server.mail.receiving.quarantine_reasons import QuarantineKind, say_reason
from hero_assistance_server.mail.receiving.retention import AUTOMATIC_LIMIT, cut_to_header
from hero_assistance_server.mail.sending.mail_settings import MailSettings
from hero_assistance_server.messages.service import write_message
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.usage import Usage
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.states import Trigger, after
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.model import User


def _know_nothing() -> MailSettings | None:
    return None


@dataclass(frozen=True, slots=True)
class Filing:
    """Files mails; `read_settings` returns how letters go out, and `None` while it is not known."""

    directory: Directory
    admission: Admission
    read_settings: Callable[[], MailSettings | None] = _know_nothing
    rates: MailRates = field(default_factory=MailRates)

    def file(self, work: UnitOfWork, mail: MailToFile) -> FilingOutcome:
        """File a mail that waits, and write what became of it; raises `DiskFull`."""
        record, parsed = mail.record, mail.parsed
        known = work.incoming_mails.find(record.mail_id)
        if known is None or known.state is not MailState.RECEIVED:
            return FilingOutcome(MailState.RECEIVED if known is None else known.state)
        outcome = self._find_outcome(work, mail)
        contents = MailContents(
            sender=parsed.sender.lower() or None,
            subject=make_title(parsed.subject, mail.facts.language),
            header_id=parsed.header_id or None,
            fingerprint=parsed.fingerprint,
            has_html=parsed.content.has_html,
        )
        kept = _cut_ignored(work, mail) if outcome.state is MailState.IGNORED else None
        if kept is not None:
            outcome = replace(outcome, reason=f"{outcome.reason}, of which the header is kept")
        work.incoming_mails.finish(record.mail_id, outcome, contents, kept)
        if outcome.ticket_id is not None and parsed.header_id and parsed.report is None:
            work.mail_ids.add(f"<{parsed.header_id}>", outcome.ticket_id, outcome.message_id, work.now)
        return outcome

    def _find_outcome(self, work: UnitOfWork, mail: MailToFile) -> FilingOutcome:
        parsed = mail.parsed
        if mail.record.is_forced:
            noted = self._note_report(work, mail) if parsed.report is not None else None
            return noted if noted is not None and noted.state is MailState.FILED else self._file(work, mail)
        reason = self._find_reason_to_ignore(work, mail)
        if reason:
            return FilingOutcome(MailState.IGNORED, reason)
        if parsed.report is not None:
            return self._note_report(work, mail)
        if not parsed.sender:
            return FilingOutcome(MailState.QUARANTINED, say_reason(QuarantineKind.NO_SENDER))
        return self._file(work, mail)

    def _find_reason_to_ignore(self, work: UnitOfWork, mail: MailToFile) -> str:
        """Return why a mail is no news: this desk wrote it, or it came by another way before."""
        parsed = mail.parsed
        is_ours = bool(parsed.header_id) and is_letter(work, parsed.header_id)
        if is_ours or (parsed.sender and parsed.sender.lower() == mail.facts.support):
            return "a letter of this desk"
        same = work.incoming_mails.find_same(parsed.fingerprint) if parsed.fingerprint else None
        if same is not None:
            return f"the same mail as {same.mail_id}"
        is_answer = parsed.automatic in {Automatic.ANSWER, Automatic.REPORT} and parsed.report is None
        return parsed.automatic.value if is_answer else ""

    def _file(self, work: UnitOfWork, mail: MailToFile) -> FilingOutcome:
        """File a mail for its sender, or for no user; an operator who forces it has decided about the rates."""
        parsed, settings = mail.parsed, mail.facts.settings
        match = find_match(work, parsed, mail.record.recipients, mail.facts.reply_key)
        user = senders.find_sender(work, parsed.sender) if parsed.sender else None
        facts = SenderFacts(
            user=user,
            proof=read_proof(parsed.results, settings.mail_servers, parsed.domain),
            wrote_to_own_address=user is not None and match.is_address_of(user),
            takes_newcomers=settings.mail_newcomers and bool(parsed.sender),
        )
        verdict = judge_sender(facts)
        is_proved = facts.proof is SenderProof.PASSED or verdict.standing is Standing.USER
        reason = self._find_used_up_rate(work, mail, match, verdict, is_proved=is_proved)
        if reason:
            return FilingOutcome(MailState.QUARANTINED, reason)
        if verdict.standing is Standing.UNPROVED:
            return self._file_unproved(work, mail, match, verdict)
        if user is None:
            user = senders.enrol_sender(work, self.directory, parsed)
        try:
            return self._file_for(work, mail, match, user, is_proved=is_proved)
        except TooOften as error:
            return FilingOutcome(MailState.QUARANTINED, error.message)

    def _find_used_up_rate(
        self, work: UnitOfWork, mail: MailToFile, match: Match, verdict: SenderVerdict, *, is_proved: bool
    ) -> str:
        """Count a mail by its sender and their kind; returns why it has to wait for an operator, or the empty text."""
        if mail.record.is_forced:
            return ""
        reason = self.rates.admit_sender(work, mail.parsed.sender, is_proved=is_proved)
        if reason or verdict.standing is Standing.USER:
            return reason
        if verdict.standing is Standing.NEWCOMER:
            return self.rates.admit_newcomer(work, mail.parsed.domain)
        return self.rates.admit_unproved(work, None if match.ticket is None else match.ticket.ticket_id)

    def _file_for(
        self, work: UnitOfWork, mail: MailToFile, match: Match, user: User, *, is_proved: bool
    ) -> FilingOutcome:
        """File a mail as its sender's: as a reply where they may write one, else as a ticket of theirs."""
        caller, ticket = Caller(user, origin=MAIL_ORIGIN), match.ticket
        language = mail.facts.language
        why_note = ""
        if ticket is not None and user.is_staff:
            why_note = explain_note(work, mail.parsed, ticket, language)
        if ticket is not None and (why_note or (caller.sees(ticket) and _takes_reply(ticket, user))):
            return self._file_message(work, mail, ticket, caller, why_note)
        self.admission.admit(caller, Usage.TICKETS)
        made = create_mail_ticket(work, caller, mail)
        if ticket is not None:
            write_note(work, self.directory, made, _explain_new_ticket(ticket, language, sees=caller.sees(ticket)))
        if not user.is_staff and mail.parsed.automatic is Automatic.NO:
            queue_receipt(work, Receipt(mail, made, user, is_proved))
        return FilingOutcome(MailState.FILED, "", made.ticket_id)

    def _file_message(
        self, work: UnitOfWork, mail: MailToFile, ticket: Ticket, caller: Caller, why_note: str
    ) -> FilingOutcome:
        """Write what a mail says on its ticket: as a reply, or with `why_note` as a note."""
        self.admission.admit(caller, Usage.MESSAGES)
        kind = MessageKind.NOTE if why_note else MessageKind.REPLY
        if kind is MessageKind.REPLY and caller.is_staff:
            # What an agent was sent is not for customers, and the thread has it.
            mail = replace(mail, quote="")
        body, ids = make_contents(work, caller, mail, warning=why_note)
        message = write_message(work, caller, kind, ticket.ticket_id, body=body, client_token=None, attachment_ids=ids)
        return FilingOutcome(MailState.FILED, "", message.ticket_id, message.message_id)

    def _file_unproved(self, work: UnitOfWork, mail: MailToFile, match: Match, verdict: SenderVerdict) -> FilingOutcome:
        """File a mail that acts for no user: as a note on its ticket, else as a ticket that staff alone see."""
        caller = Caller(senders.obtain_unproved(work, self.directory), origin=MAIL_ORIGIN)
        named = mail.parsed.sender or "no sender"
        # In English in each language: the page takes it off the text, and says the kind of the reason.
        warning = f"This mail says that it is from {named}. It acts for no user: {verdict.reason}."
        if match.ticket is None:
            made = create_mail_ticket(work, caller, mail, warning=warning)
            return FilingOutcome(MailState.FILED, verdict.reason, made.ticket_id)
        body, ids = make_contents(work, caller, mail, warning=warning)
        message = write_note(work, self.directory, match.ticket, body, ids)
        return FilingOutcome(MailState.FILED, verdict.reason, match.ticket.ticket_id, message.message_id)

    def _note_report(self, work: UnitOfWork, mail: MailToFile) -> FilingOutcome:
        """Write on the ticket that a letter about it did not arrive."""
        report = mail.parsed.report
        if report is None or not report.is_final:
            return FilingOutcome(MailState.IGNORED, "a report of a delay, or of a delivery")
        ticket_id = find_answered_ticket(work, report.letter_ids)
        ticket = work.tickets.find(ticket_id) if ticket_id is not None else None
        if ticket is None:
            return FilingOutcome(MailState.IGNORED, "a report on no letter of this desk")
        reason = "" if mail.record.is_forced else self.rates.admit_report(work, ticket.ticket_id)
        if reason:
            return FilingOutcome(MailState.QUARANTINED, reason)
        text = _explain_report(report, mail.facts.language)
        message = write_note(work, self.directory, ticket, text)
        return FilingOutcome(MailState.FILED, Automatic.REPORT.value, ticket.ticket_id, message.message_id)


def _cut_ignored(work: UnitOfWork, mail: MailToFile) -> bytes | None:
    """Return what is kept of a large mail that a program answered with; `None` for every other mail."""
    is_answer = mail.parsed.automatic in {Automatic.ANSWER, Automatic.REPORT}
    if not is_answer or mail.record.size <= AUTOMATIC_LIMIT:
        return None
    raw = work.incoming_mails.read_raw(mail.record.mail_id)
    return None if raw is None else cut_to_header(raw)


def _takes_reply(ticket: Ticket, user: User) -> bool:
    trigger = Trigger.CUSTOMER_REPLIED if user.user_id in ticket.people else Trigger.AGENT_REPLIED
    return ticket.merged_into is None and after(ticket.status, trigger) is not None


def _explain_new_ticket(ticket: Ticket, language: Language, *, sees: bool) -> str:
    values = {"number": ticket.ticket_id}
    if sees:
        return language.t("This mail answers ticket {number}, which is closed.", **values)
    return language.t("This mail answers a letter about ticket {number}, in which its sender has no part.", **values)


def _explain_report(report: DeliveryReport, language: Language) -> str:
    status = " ".join(part for part in (report.status, report.reason) if part) or language.t("no reason")
    if report.recipient:
        values = {"address": report.recipient, "reason": status}
        return language.t("A letter about this ticket did not arrive at {address}: {reason}", **values)
    return language.t("A letter about this ticket did not arrive at its reader: {reason}", reason=status)
