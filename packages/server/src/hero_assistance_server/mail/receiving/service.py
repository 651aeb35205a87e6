"""What an operator does with mails that arrived."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.mail.receiving import retention
from hero_assistance_server.mail.receiving.model import IncomingMail, MailId, MailState
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork

# One transaction; the others wait for it.
REFILE_LIMIT = 1000


def find_mail(snapshot: Snapshot, mail_id: MailId) -> IncomingMail:
    """Return a mail's record; raises `NotFound`."""
    mail = snapshot.incoming_mails.find(mail_id)
    if mail is None:
        raise NotFound(f"there is no mail {mail_id}", hint="mail.inbox lists them", kind=RefusalKind.NO_MAIL)
    return mail


def refile(work: UnitOfWork, caller: Caller, mail_id: MailId) -> IncomingMail:
    """Let a mail that was ignored or quarantined be filed; raises `NotFound` or `Conflict`."""
    mail = find_mail(work, mail_id)
    if mail.state is MailState.FILED:
        raise Conflict(
            f"mail {mail_id} is filed on ticket {mail.ticket_id} already",
            hint="nothing has to be done",
            kind=RefusalKind.MAIL_FILED,
            values={"ticket": mail.ticket_id or 0},
        )
    if mail.state is MailState.RECEIVED:
        return mail
    if work.incoming_mails.read_raw(mail_id) is None:
        raise Conflict(
            f"the bytes of mail {mail_id} are deleted",
            hint="ask its sender to send it once more",
            kind=RefusalKind.MAIL_DELETED,
        )
    work.incoming_mails.reopen([mail_id])
    work.record_audit_entry("mail.refiled", caller, {"mail": str(mail_id), "reason": mail.reason})
    return replace(mail, state=MailState.RECEIVED, reason="", attempts=0, is_forced=True)


def refile_quarantined(work: UnitOfWork, caller: Caller) -> int:
    """Let the oldest mails of the quarantine be filed, at most `REFILE_LIMIT`; returns how many."""
    found = [one.mail_id for one in work.incoming_mails.list_quarantined(REFILE_LIMIT, whole=True)]
    if found:
        work.incoming_mails.reopen(found)
        detail = {"mails": str(len(found)), "first": str(found[0]), "last": str(found[-1])}
        work.record_audit_entry("mail.refiled", caller, detail)
    return len(found)


def discard_mail(work: UnitOfWork, caller: Caller, mail_id: MailId) -> IncomingMail:
    """Delete a mail that is not filed; its record stays, as ignored. Raises `NotFound` or `Conflict`."""
    mail = find_mail(work, mail_id)
    if mail.state is MailState.FILED:
        raise Conflict(
            f"mail {mail_id} is filed on ticket {mail.ticket_id}",
            hint="close the ticket in its place",
            kind=RefusalKind.MAIL_FILED,
            values={"ticket": mail.ticket_id or 0},
        )
    retention.discard(work, caller, [mail_id], retention.BY_OPERATOR)
    return find_mail(work, mail_id)


def discard_quarantined(work: UnitOfWork, caller: Caller, before: datetime | None) -> int:
    """Delete the oldest mails of the quarantine for good, some at once; returns how many."""
    found = work.incoming_mails.list_quarantined(retention.PORTION, before=before)
    return retention.discard(work, caller, retention.choose_portion(found), retention.BY_OPERATOR)
