"""What attachments need of the storage; their bytes are in `storage.files`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from hero_assistance_sdk.wire import AttachmentId, MessageId, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment, AttachmentRecord, AttachmentUse

# Before every attachment there can be.
BEFORE_ALL = AttachmentId(0)


class AttachmentRepository(Protocol):
    """The uploads of all users, and the tickets and messages that show them."""

    def find(self, attachment_id: AttachmentId) -> AttachmentRecord | None:
        """Return one attachment, or `None`."""
        ...

    def list_uses(self, attachment_id: AttachmentId) -> list[AttachmentUse]:
        """Return where an attachment is shown; a message that was moved counts where it is now."""
        ...

    def list_unused(self, uploader: UserId, after: AttachmentId = BEFORE_ALL) -> list[Attachment]:
        """Return a user's uploads behind one that nothing shows yet, the oldest first."""
        ...

    def next_id(self) -> AttachmentId:
        """Return the id of the next attachment, which was never given before; only within a unit of work."""
        ...

    def add(self, attachment: Attachment, sha256: str, uploader: UserId, now: datetime) -> None:
        """Write an upload that nothing shows yet."""
        ...

    def add_use(
        self,
        attachments: Iterable[Attachment],
        *,
        ticket_id: TicketId | None = None,
        message_id: MessageId | None = None,
    ) -> None:
        """Show attachments on a ticket or on a message; one that is shown there already stays as it is."""
        ...

    def delete_unused(self, attachment_id: AttachmentId) -> None:
        """Delete an upload that nothing shows."""
        ...

    def delete_unused_before(self, before: datetime, limit: int) -> list[str]:
        """Delete the oldest uploads from before that time that nothing shows; returns the files they had."""
        ...

    def list_unnamed_files(self, digests: Iterable[str]) -> list[str]:
        """Return those of the files that no attachment has."""
        ...
