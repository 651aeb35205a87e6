"""Decides who may see, use and delete attachments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hero_assistance_sdk.errors import Conflict, NotFound, TooLarge
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import AttachmentId
from hero_assistance_server.attachments.media_type import Sniffed
from hero_assistance_server.attachments.model import Attachment, AttachmentRecord, AttachmentUse
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages.visibility import sees_message
from hero_assistance_server.quotas.rules import ByteQuotas, StoredBytes, check_room
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork

# Uploads that nothing shows yet: many times what a message takes, and no way to fill a disk within a day.
UNUSED_LIMIT = 100


@dataclass(frozen=True, slots=True)
class UploadRoom:
    """How large one file may be, and what is stored of what may be."""

    file_bytes: int
    stored: StoredBytes
    quotas: ByteQuotas


def visible_attachment(snapshot: Snapshot, caller: Caller, attachment_id: AttachmentId) -> AttachmentRecord:
    """Return the attachment; raises `NotFound` also when the caller may not know that it exists."""
    record = snapshot.attachments.find(attachment_id)
    if record is None or not _sees(snapshot, caller, record):
        raise NotFound(f"there is no attachment {attachment_id}", kind=RefusalKind.NO_ATTACHMENT)
    return record


def find_uploads(snapshot: Snapshot, caller: Caller, ids: Sequence[AttachmentId]) -> tuple[Attachment, ...]:
    """Return the caller's uploads that a message is to show; raises `TooLarge` or `NotFound`."""
    wanted = dict.fromkeys(ids)
    if not wanted:
        # Most messages; every one of them comes here.
        return ()
    most = snapshot.project.read().attachments_per_message
    if len(wanted) > most:
        raise TooLarge(
            f"at most {most} attachments go with one text",
            hint="write another message",
            kind=RefusalKind.FILES_PER_TEXT,
            values={"limit": most},
        )
    return tuple(_find_upload(snapshot, caller, attachment_id).attachment for attachment_id in wanted)


def find_unused_uploads(snapshot: Snapshot, caller: Caller, ids: Sequence[AttachmentId]) -> tuple[Attachment, ...]:
    """Return those of the uploads that are still there, unused and the caller's, each once."""
    found = (_find_unused(snapshot, caller, attachment_id) for attachment_id in dict.fromkeys(ids))
    return tuple(record.attachment for record in found if record is not None)


def find_room(snapshot: Snapshot, caller: Caller) -> UploadRoom:
    """Return what the caller may upload now; raises `Conflict` when too many of theirs are unused."""
    uploader = caller.known().user_id
    if len(snapshot.attachments.list_unused(uploader)) >= UNUSED_LIMIT:
        raise Conflict(
            f"{UNUSED_LIMIT} files of yours wait to be used",
            hint="attachment.list shows them, attachment.delete",
            kind=RefusalKind.UPLOADS_FULL,
            values={"limit": UNUSED_LIMIT},
        )
    settings = snapshot.project.read()
    own = None if caller.is_staff else settings.files_bytes_per_customer
    quotas = ByteQuotas(own, settings.files_bytes)
    return UploadRoom(settings.attachment_bytes, snapshot.attachments.stored_bytes(uploader), quotas)


def add_upload(work: UnitOfWork, caller: Caller, *, name: str, size: int, sniffed: Sniffed, sha256: str) -> Attachment:
    """Write an upload whose file is on the disk.

    Raises `Conflict` when too many of the caller's are unused, and `QuotaFull`; uploads that run at the same time
    are written one after the other, so that all of them are counted.
    """
    uploader = caller.known().user_id
    room = find_room(work, caller)
    check_room(room.stored, size, room.quotas)
    made = Attachment(work.attachments.next_id(), name, size, sniffed.type, sniffed.width, sniffed.height)
    work.attachments.add(made, sha256, uploader, work.now)
    detail = {"attachment": str(made.attachment_id), "name": name, "size": str(size), "sha256": sha256}
    work.record_audit_entry("attachment.uploaded", caller, detail)
    return made


def delete_upload(work: UnitOfWork, caller: Caller, attachment_id: AttachmentId) -> AttachmentRecord:
    """Delete an upload of the caller's that nothing shows; returns what it was. Raises `NotFound`."""
    record = _find_upload(work, caller, attachment_id)
    work.attachments.delete_unused(attachment_id)
    detail = {"attachment": str(attachment_id), "name": record.attachment.name}
    work.record_audit_entry("attachment.deleted", caller, detail)
    return record


def _find_upload(snapshot: Snapshot, caller: Caller, attachment_id: AttachmentId) -> AttachmentRecord:
    record = _find_unused(snapshot, caller, attachment_id)
    if record is None:
        raise NotFound(
            f"no upload {attachment_id} of yours waits to be used",
            hint="attachment.list shows them",
            kind=RefusalKind.NO_UPLOAD,
        )
    return record


def _find_unused(snapshot: Snapshot, caller: Caller, attachment_id: AttachmentId) -> AttachmentRecord | None:
    record = snapshot.attachments.find(attachment_id)
    if record is None or record.used or record.uploader != caller.known().user_id:
        return None
    return record


def _sees(snapshot: Snapshot, caller: Caller, record: AttachmentRecord) -> bool:
    """Return whether the caller sees a ticket or message that shows it; before there is one, its uploader does."""
    if not record.used:
        return record.uploader == caller.known().user_id
    uses = snapshot.attachments.list_uses(record.attachment.attachment_id)
    return any(_sees_use(snapshot, caller, use) for use in uses)


def _sees_use(snapshot: Snapshot, caller: Caller, use: AttachmentUse) -> bool:
    ticket = snapshot.tickets.find(use.ticket_id)
    return ticket is not None and caller.sees(ticket) and (use.kind is None or sees_message(caller, use.kind))
