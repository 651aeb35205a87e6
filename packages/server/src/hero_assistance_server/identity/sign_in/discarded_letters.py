"""Letters to addresses that no user has: made and put into the outbox like others, and sent to no mail server.

So the work for an address that a user has and for another one is the same, to the row. The address is not stored.
"""

from __future__ import annotations

from hero_assistance_server.mail.model import Letter
from hero_assistance_server.outbox.model import Delivery, Outcome, Sent, StoredDelivery
from hero_assistance_server.storage.unit_of_work import UnitOfWork

CHANNEL = "discarded"
# In the place of an address, of its usual length.
_NO_TARGET = "no user has this address"


def discard_letter(work: UnitOfWork, letter: Letter) -> None:
    """Put a letter into the outbox that is for no user."""
    payload = f'"{"-" * len(letter.text)}"'
    work.outbox.add(Delivery(CHANNEL, letter.key, _NO_TARGET, payload, work.now, summary=letter.subject), work.now)


class DiscardedLetters:
    """The channel that forgets them."""

    name = CHANNEL
    at_once = 10

    def is_ready(self) -> bool:
        """Say that it can."""
        return True

    async def deliver(self, _delivery: StoredDelivery) -> Outcome:
        """Send nothing."""
        return Sent(_NO_TARGET)
