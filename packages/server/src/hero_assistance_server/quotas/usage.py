"""What a call takes of the server, by which it is counted and refused."""

from __future__ import annotations

from enum import Enum


class Usage(Enum):
    """What a call adds; `noun` is what an error calls a number of them."""

    TICKETS = "new tickets"
    MESSAGES = "messages"
    FILES = "files"
    # Each may send a letter to a stranger, and make them a user.
    INVITATIONS = "invitations"
    # Stored texts that are no messages, such as drafts and canned replies.
    TEXTS = "stored texts"
    # Small rows and events, such as read receipts.
    CHANGES = "changes"

    @property
    def noun(self) -> str:
        """What an error calls a number of them."""
        return self.value


# Written by people: refused when the disk is nearly full, where small changes and deletions still go.
WORDS = frozenset({Usage.TICKETS, Usage.MESSAGES, Usage.INVITATIONS, Usage.TEXTS})
# What a customer is told whose rate is used up; a mail of theirs is stored, and waits with these words.
HOURLY_LIMIT = "one customer makes at most {limit} {use} an hour; nothing was stored"
