"""A letter: a mail to one receiver that waits in the outbox."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import AttachmentId, Millis

# The channel of the outbox that sends letters.
CHANNEL = "mail"


@dataclass(frozen=True, slots=True)
class Letter:
    """What one receiver gets; a second letter with the same `key` is not sent.

    `to` is one address, and `to_name` whose it is. `from_name` stands before the desk's address; empty for the desk's
    own name. `message_id` is in angle brackets; empty where no answer has to find it. `headers` are further ones, each
    on one line. Attachments that are too large are mentioned and not sent. `language` is the code of the one that it is
    written in, and empty where that is not known. It is not sent after `expires_at`, when what is in it counts no more.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[AttachmentId, ...] = ()
    to_name: str = ""
    from_name: str = ""
    message_id: str = ""
    language: str = ""
    expires_at: Millis | None = None
