"""Who sees a note, the one rule that RPC, downloads, letters, read receipts and search ask."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_sdk.wire import MessageKind


class NoteReader(Protocol):
    """Who reads: a caller, or a user."""

    @property
    def is_staff(self) -> bool:
        """Whether they are an agent or an admin."""
        ...


def sees_notes(reader: NoteReader) -> bool:
    """Return whether a reader sees the notes of the tickets that they see: staff alone do."""
    return reader.is_staff


def sees_message(reader: NoteReader, kind: MessageKind) -> bool:
    """Return whether a reader sees the messages of this kind, on the tickets that they see."""
    return kind is not MessageKind.NOTE or sees_notes(reader)
