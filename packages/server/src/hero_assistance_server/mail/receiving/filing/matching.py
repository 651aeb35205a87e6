"""The ticket that a mail is about: by a signed address of ours, else by the letters that it answers; never by words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hero_assistance_sdk.wire import MessageKind, TicketId
from hero_assistance_server.languages.language import Language
from hero_assistance_server.mail.keys import find_reply_key
from hero_assistance_server.mail.receiving.parsing.parser import ParsedMail
from hero_assistance_server.mail.reply_address import ReplyAddress, read_reply_address
from hero_assistance_server.storage.unit_of_work import Snapshot
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.tickets.visibility import follow_merges
from hero_assistance_server.users.model import User


@dataclass(frozen=True, slots=True)
class Match:
    """The ticket that a mail is about, if any, and the reply address by which it came."""

    ticket: Ticket | None = None
    address: ReplyAddress | None = None
    key: bytes = b""

    def is_address_of(self, user: User) -> bool:
        """Return whether the mail was written to the address that this user alone was given."""
        return self.address is not None and self.address.is_for(self.key, user.user_id)


def find_match(snapshot: Snapshot, mail: ParsedMail, envelope: Iterable[str], key: bytes | None) -> Match:
    """Return the ticket that a mail is about; whether its sender may write there is not asked here.

    Without the `key` of a batch, a letter of the same batch may have made one.
    """
    key = key or find_reply_key(snapshot) or b""
    address = _find_address(key, (*envelope, *mail.recipients)) if key else None
    ticket_id = address.ticket_id if address is not None else find_answered_ticket(snapshot, mail.answers)
    ticket = snapshot.tickets.find(ticket_id) if ticket_id is not None else None
    return Match(None if ticket is None else follow_merges(snapshot, ticket), address, key)


def find_answered_ticket(snapshot: Snapshot, header_ids: Sequence[str]) -> TicketId | None:
    """Return the ticket of the first of these message-ids that is one of a letter or of a filed mail."""
    for header_id in header_ids:
        reference = snapshot.mail_ids.find(f"<{header_id}>")
        if reference is not None:
            return reference.ticket_id
    return None


def explain_note(snapshot: Snapshot, mail: ParsedMail, ticket: Ticket, language: Language) -> str:
    """Return why an agent's answer on a ticket has to be a note, as they read it above it, or the empty text.

    It may quote a note: where a quote begins is not always found, and a letter of ours tells all that waits. An answer
    to one without a note has none, and every other one may have.
    """
    answered = snapshot.mail_ids.find(f"<{mail.answers[0]}>") if mail.answers else None
    if answered is None or answered.has_note is None:
        return _say_unknown(language) if ticket.note_count else ""
    message = snapshot.messages.find(answered.message_id) if answered.message_id is not None else None
    tells_note = answered.has_note or (message is not None and message.kind is MessageKind.NOTE)
    return _say_told(language) if tells_note else ""


def _say_told(language: Language) -> str:
    return language.t(
        "This mail answers a letter that told a note, so that it is a note."
        " What the customer is to read, write on the page."
    )


def _say_unknown(language: Language) -> str:
    return language.t(
        "It is not known which letter this mail answers, and the ticket has notes, so that it is a note."
        " What the customer is to read, write on the page."
    )


def is_letter(snapshot: Snapshot, header_id: str) -> bool:
    """Return whether a message-id is one of a letter of this desk."""
    known = snapshot.mail_ids.find(f"<{header_id}>")
    return known is not None and not snapshot.incoming_mails.is_filed(header_id)


def _find_address(key: bytes, addresses: Iterable[str]) -> ReplyAddress | None:
    return next((said for one in addresses if (said := read_reply_address(key, one)) is not None), None)
