"""What mails that arrive need of the storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.mail.receiving.model import (
    Arrival,
    FilingOutcome,
    IncomingMail,
    MailboxPosition,
    MailContents,
    MailId,
    MailState,
    Quarantine,
    StoredSize,
)


class IncomingMailRepository(Protocol):
    """The mails that arrived, each with the bytes as they came."""

    def add(self, arrival: Arrival, sha256: str, now: datetime) -> MailId | None:
        """Write a mail with the digest of its bytes; `None` when the same source brought the same bytes before."""
        ...

    def find(self, mail_id: MailId) -> IncomingMail | None:
        """Return a mail's record, or `None`."""
        ...

    def read_raw(self, mail_id: MailId) -> bytes | None:
        """Return a mail as it came; `None` where it is deleted."""
        ...

    def list_waiting(self, limit: int) -> list[IncomingMail]:
        """Return the first mails that are not filed yet, in the order in which they came."""
        ...

    def list_before(self, before: MailId, limit: int, state: MailState | None = None) -> list[IncomingMail]:
        """Return mails with smaller ids, the newest first."""
        ...

    def list_of_ticket(self, ticket_id: TicketId, limit: int) -> list[IncomingMail]:
        """Return the last mails that are on a ticket, the newest first."""
        ...

    def count_by_state(self) -> dict[MailState, int]:
        """Return how many mails are in each state."""
        ...

    def is_filed(self, header_id: str) -> bool:
        """Return whether a mail with this Message-ID is filed."""
        ...

    def find_same(self, fingerprint: str) -> IncomingMail | None:
        """Return a filed mail with this fingerprint, or `None`."""
        ...

    def begin_attempt(self, mail_ids: Sequence[MailId]) -> None:
        """Count an attempt to file these mails."""
        ...

    def undo_attempt(self, mail_ids: Sequence[MailId]) -> None:
        """Count one attempt less: what ended it was no fault of these mails."""
        ...

    def finish(
        self, mail_id: MailId, outcome: FilingOutcome, contents: MailContents | None = None, kept: bytes | None = None
    ) -> None:
        """Write what became of a mail, what parsing found, and where not all its bytes are `kept`, those that are."""
        ...

    def reopen(self, mail_ids: Sequence[MailId]) -> None:
        """Let mails be filed once more."""
        ...

    def discard(self, mail_ids: Sequence[MailId], why: str) -> None:
        """Delete the bytes of mails for good; the records stay as ignored, with `why` before their reasons."""
        ...

    def measure_quarantine(self) -> Quarantine:
        """Return how many mails are quarantined, and how many bytes they have."""
        ...

    def list_quarantined(self, limit: int, *, before: datetime | None = None, whole: bool = False) -> list[StoredSize]:
        """Return quarantined mails that came before a time, the oldest first; with `whole` those that have bytes."""
        ...

    def measure_bytes(self) -> dict[MailState, int]:
        """Return how many bytes are stored of the mails in each state."""
        ...

    def list_old_bytes(self, state: MailState, limit: int, *, before: datetime | None = None) -> list[StoredSize]:
        """Return mails in a state, filed or ignored, that came before a time and have bytes, the oldest first."""
        ...

    def delete_raw(self, mail_ids: Sequence[MailId]) -> None:
        """Delete the bytes of mails."""
        ...


class MailboxPositionRepository(Protocol):
    """How far each mailbox was read."""

    def find(self, mailbox: str) -> MailboxPosition | None:
        """Return the position in a mailbox, `None` for one that was never read."""
        ...

    def save(self, mailbox: str, position: MailboxPosition) -> None:
        """Write the position in a mailbox."""
        ...


class MailUseRepository(Protocol):
    """How often mails did what is limited."""

    def count(self, usages: Sequence[str], since: datetime) -> dict[str, int]:
        """Return the uses since a time, to some minutes, of those that were used at all."""
        ...

    def add(self, usages: Sequence[str], now: datetime) -> None:
        """Count one use of each."""
        ...

    def delete_before(self, before: datetime) -> None:
        """Forget what is older."""
        ...
