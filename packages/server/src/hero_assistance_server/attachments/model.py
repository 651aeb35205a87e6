"""A file that is attached to a ticket or a message."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import AttachmentId, MessageKind, TicketId, UserId


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as its content says it is; `width` and `height` are pixels of a picture. It never changes."""

    attachment_id: AttachmentId
    name: str
    size: int
    type: str
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """An attachment with what only the server knows of it.

    `sha256` names the file with its bytes; `used` says whether a ticket or a message shows it.
    """

    attachment: Attachment
    sha256: str
    uploader: UserId
    used: bool


@dataclass(frozen=True, slots=True)
class AttachmentUse:
    """A ticket that shows an attachment: in its own text (`kind` is `None`) or in one of its messages."""

    ticket_id: TicketId
    kind: MessageKind | None
