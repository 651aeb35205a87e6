"""A file that is attached to a ticket or a message."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.wire import AttachmentId


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as its content says it is; `width` and `height` are pixels of a picture. It never changes."""

    attachment_id: AttachmentId
    name: str
    size: int
    type: str
    width: int | None = None
    height: int | None = None
