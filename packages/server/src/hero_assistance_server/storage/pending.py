"""Calls of nouns that have no repositories yet, behind the signatures that their services are to have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.wire import AttachmentId, MessageKind, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.attachments.rpc import taken
from hero_assistance_server.drafts.rules import DraftKey
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.storage.sqlite import drafts, users
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork
from hero_assistance_server.users.model import User


def known_user(snapshot: Snapshot, user_id: UserId) -> User:
    """Return a user of this project; raises `NotFound`."""
    user = users.find(_connection(snapshot), user_id)
    if user is None:
        raise NotFound(f"there is no user {user_id}", hint="user.list names everybody")
    return user


def take_uploads(work: UnitOfWork, caller: Caller, ids: Sequence[AttachmentId]) -> tuple[Attachment, ...]:
    """Return the caller's uploads that a message is to have; raises `TooLarge` or `NotFound`."""
    return taken(_connection(work), caller, ids)


def delete_draft(work: UnitOfWork, key: DraftKey) -> None:
    """Delete a draft, if there is one, without an event."""
    drafts.delete(_connection(work), key)


def delete_sent_draft(work: UnitOfWork, caller: Caller, ticket_id: TicketId | None, kind: MessageKind) -> None:
    """Delete the caller's draft of what this command sends, if there is one."""
    drafts.sent(work, caller, ticket_id, kind)  # type: ignore[arg-type]


def _connection(snapshot: Snapshot) -> Any:
    # No row of users, drafts and attachments ever waits.
    return snapshot.session.direct  # type: ignore[attr-defined]
