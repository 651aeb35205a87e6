"""What mails that arrive need of the storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.mail.receiving.model import (
    Arrival,
    IncomingMail,
    MailboxPosition,
    MailId,
    MailState,
    Outcome,
)


class IncomingMailRepository(Protocol):
    """The mails that arrived, each with the bytes as they came."""

    def add(self, arrival: Arrival, now: datetime) -> MailId | None:
        """Write a mail; `None` when the same source brought the same bytes before."""
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

    def count_from(self, sender: str, since: datetime, *, in_new_tickets: bool = False) -> int:
        """Return how many mails of an address came since a time; with `in_new_tickets` those that made a ticket."""
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

    def note_contents(
        self,
        mail_id: MailId,
        *,
        sender: str | None,
        subject: str,
        header_id: str | None,
        fingerprint: str | None,
        has_html: bool = False,
    ) -> None:
        """Write what parsing found."""
        ...

    def finish(self, mail_id: MailId, outcome: Outcome) -> None:
        """Write what became of a mail."""
        ...

    def reopen(self, mail_id: MailId) -> None:
        """Let a mail be filed once more."""
        ...

    def delete_raw_before(self, before: datetime, limit: int) -> int:
        """Delete the bytes of mails that were filed or ignored and came before a time; returns how many."""
        ...


class MailboxPositionRepository(Protocol):
    """How far each mailbox was read."""

    def find(self, mailbox: str) -> MailboxPosition | None:
        """Return the position in a mailbox, `None` for one that was never read."""
        ...

    def save(self, mailbox: str, position: MailboxPosition) -> None:
        """Write the position in a mailbox."""
        ...
