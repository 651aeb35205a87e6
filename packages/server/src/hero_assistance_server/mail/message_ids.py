"""Message-IDs: the names of our letters, by which answers find their ticket."""

from __future__ import annotations

import hashlib
import re
import secrets

from hero_assistance_sdk.wire import MessageId, TicketId

_RANDOM_BYTES = 9
# What stands for our host until an operator names one.
LOCAL_HOST = "localhost"
_HOST = re.compile(r"[A-Za-z0-9.-]{1,200}", re.ASCII)


def make_ticket_mail_id(ticket_id: TicketId, message_id: MessageId | None, host: str) -> str:
    """Return a new Message-ID for a letter about a ticket, and about one of its messages."""
    return f"<ticket-{ticket_id}.{message_id or 0}.{secrets.token_hex(_RANDOM_BYTES)}@{host_of(host)}>"


def name_letter(key: str, host: str) -> str:
    """Return the Message-ID of a letter that no answer has to find; each attempt to send it has the same one."""
    return f"<letter.{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host_of(host)}>"


def make_thread_id(ticket_id: TicketId, host: str) -> str:
    """Return the name of a ticket's first mail that there never was: letters refer to it, and so stay together."""
    return f"<ticket-{ticket_id}@{host_of(host)}>"


def host_of(host: str) -> str:
    """Return a host that a Message-ID can have: the given one, or a name for none."""
    return host if _HOST.fullmatch(host) else LOCAL_HOST
