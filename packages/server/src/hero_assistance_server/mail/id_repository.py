"""What Message-IDs need of the storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import MessageId, TicketId


@dataclass(frozen=True, slots=True)
class MailReference:
    """What a mail with a known Message-ID was about: a ticket, and the last of its messages that it told, if any.

    `has_note` says whether it told a note among them; `None` where that is not known.
    """

    ticket_id: TicketId
    message_id: MessageId | None
    has_note: bool | None = False


class MailIdRepository(Protocol):
    """The Message-IDs of mails about tickets, ours and others'."""

    def add(
        self,
        mail_id: str,
        ticket_id: TicketId,
        message_id: MessageId | None,
        now: datetime,
        *,
        has_note: bool = False,
    ) -> None:
        """Write a Message-ID, in angle brackets; one that is known stays as it is."""
        ...

    def find(self, mail_id: str) -> MailReference | None:
        """Return what a mail was about, or `None`."""
        ...

    def keep_title(self, ticket_id: TicketId, title: str) -> str:
        """Return the title that the mails of a ticket have: the one it had in its first mail."""
        ...

    def list_last(self, ticket_id: TicketId, limit: int) -> list[str]:
        """Return the last Message-IDs of a ticket, the oldest of them first."""
        ...
