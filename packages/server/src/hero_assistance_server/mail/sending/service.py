"""Puts letters into the outbox."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.mail.model import CHANNEL, Letter
from hero_assistance_server.mail.printable import make_line
from hero_assistance_server.outbox.model import Delivery
from hero_assistance_server.outbox.rules import ahead_of_all
from hero_assistance_server.storage.unit_of_work import UnitOfWork

# Lists show no more of a subject.
SUMMARY_LIMIT = 200
_LETTERS = TypeAdapter(Letter)


def queue_letter(work: UnitOfWork, letter: Letter, *, about: TicketId | None = None, is_urgent: bool = False) -> bool:
    """Send a letter once this command is committed; false where one with its key was queued before.

    It is deleted with the ticket that it is `about`. Somebody waits for an urgent one: it goes before all others.
    """
    payload = _LETTERS.dump_json(letter).decode()
    due_at = ahead_of_all(work.now) if is_urgent else work.now
    summary = make_line(letter.subject, SUMMARY_LIMIT)
    delivery = Delivery(CHANNEL, letter.key, letter.to, payload, due_at, summary, ticket_id=about)
    return work.outbox.add(delivery, work.now)


def read_letter(payload: str) -> Letter:
    """Return the letter of a delivery; raises `ValueError` for what is none."""
    try:
        return _LETTERS.validate_json(payload)
    except ValidationError as error:
        raise ValueError(f"the payload is no letter: {error.error_count()} faults") from error
