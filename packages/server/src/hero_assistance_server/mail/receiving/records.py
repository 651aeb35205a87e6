"""The records of mails that arrived, as methods return them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.mail.receiving.model import IncomingMail, MailState
from hero_assistance_server.mail.receiving.quarantine_reasons import QuarantineKind, read_reason
from hero_assistance_server.rpc.params import ID_LIMIT
from hero_assistance_server.timestamps import millis


class IncomingMailRecord(Result):
    """A mail as it arrived; `ticket_id` and `message_id` say where it was filed, `reason` why it was not.

    Of one in the quarantine, `reason_kind` says that for programs, with what the reason names in `reason_values`; it is
    null for a reason without a kind.
    `source` is `listener`, `operator`, or the mailbox that it was read from.
    """

    mail_id: int
    source: str
    received_at: wire.Millis
    size: int
    state: MailState
    reason: str
    reason_kind: QuarantineKind | None
    reason_values: dict[str, str]
    sender: str | None
    subject: str
    ticket_id: wire.TicketId | None
    message_id: wire.MessageId | None


class MailParams(Params):
    """Which mail."""

    mail_id: Annotated[int, Field(ge=1, le=ID_LIMIT)]


def describe_mail(mail: IncomingMail) -> IncomingMailRecord:
    """Return the record of a mail."""
    found = read_reason(mail.reason) if mail.state is MailState.QUARANTINED else None
    return IncomingMailRecord(
        mail_id=mail.mail_id,
        source=mail.source,
        received_at=millis(mail.received_at),
        size=mail.size,
        state=mail.state,
        reason=mail.reason,
        reason_kind=None if found is None else found.kind,
        reason_values={} if found is None else dict(found.values),
        sender=mail.sender,
        subject=mail.subject,
        ticket_id=mail.ticket_id,
        message_id=mail.message_id,
    )
