"""A mail as it arrived, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from hero_assistance_sdk.wire import MessageId, TicketId

MailId = NewType("MailId", int)


class MailState(StrEnum):
    """What became of a mail; every one ends in one of the last three."""

    RECEIVED = "received"
    FILED = "filed"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail with what its source knows of it; `recipients` are those of the envelope.

    With `fault` it is quarantined as it is, such as one that is too large and of which `raw` is the header alone.
    """

    source: str
    raw: bytes
    recipients: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """The record of a mail; its bytes are read apart. With `is_forced` an operator wants it filed."""

    mail_id: MailId
    source: str
    received_at: datetime
    sha256: str
    size: int
    recipients: tuple[str, ...]
    state: MailState
    reason: str
    attempts: int
    is_forced: bool
    sender: str | None
    subject: str
    header_id: str | None
    fingerprint: str | None
    ticket_id: TicketId | None
    message_id: MessageId | None
    has_html: bool


@dataclass(frozen=True, slots=True)
class StoredSize:
    """A mail, and how many bytes it has."""

    mail_id: MailId
    size: int


@dataclass(frozen=True, slots=True)
class Quarantine:
    """How many mails are quarantined, and how many bytes they have."""

    mails: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class MailContents:
    """What parsing found that the record keeps."""

    sender: str | None
    subject: str
    header_id: str | None
    fingerprint: str | None
    has_html: bool = False


@dataclass(frozen=True, slots=True)
class FilingOutcome:
    """What became of a mail, why, and on which ticket it is."""

    state: MailState
    reason: str = ""
    ticket_id: TicketId | None = None
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True)
class MailboxPosition:
    """How far a mailbox was read: the number of its last mail, within one numbering."""

    uid_validity: int
    last_uid: int
