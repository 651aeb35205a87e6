"""A case for each read method of attachments."""

from __future__ import annotations

from datetime import timedelta

from hero_assistance_sdk.wire import AttachmentId, MessageKind, TicketId
from hero_assistance_server.attachments.model import Attachment, AttachmentRecord, AttachmentUse
from hero_assistance_server.quotas.rules import StoredBytes
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.read_cases import BOB, TICKET, Case, Step, change_nothing, create, find_ticket, reply, sees

FILE = Attachment(AttachmentId(1), "a.txt", 3, "text/plain")
OTHER_FILE = Attachment(AttachmentId(2), "b.txt", 3, "text/plain")
DIGESTS = {FILE: "a" * 64, OTHER_FILE: "b" * 64}

# Methods that only write; the read methods of their repository see what they write.
ATTACHMENT_WRITES = {"attachments.add", "attachments.add_use", "attachments.delete_unused"}


def add_file(file: Attachment) -> Step:
    return lambda work: work.attachments.add(file, DIGESTS[file], BOB.user_id, work.now)


def add_files(work: UnitOfWork) -> None:
    for file in DIGESTS:
        add_file(file)(work)


def show_file(work: UnitOfWork) -> None:
    create(work, attachments=(FILE,))


def show_file_in_reply(work: UnitOfWork) -> None:
    reply(work, find_ticket(work), attachments=(FILE,))


def show_file_elsewhere(work: UnitOfWork) -> None:
    work.attachments.add_use([FILE], ticket_id=create(work).ticket_id)


def add_and_show_file(work: UnitOfWork) -> None:
    add_files(work)
    show_file(work)


def delete_file(work: UnitOfWork) -> None:
    work.attachments.delete_unused(OTHER_FILE.attachment_id)


ATTACHMENT_CASES: dict[str, Case] = {
    "attachments.delete_unused_before": sees(
        lambda work: work.attachments.delete_unused_before(work.now + timedelta(days=1), 5),
        (add_and_show_file, [DIGESTS[OTHER_FILE]]),
        (change_nothing, []),
    ),
    "attachments.find": sees(
        lambda work: work.attachments.find(FILE.attachment_id),
        (add_file(FILE), AttachmentRecord(FILE, DIGESTS[FILE], BOB.user_id, used=False)),
        (show_file, AttachmentRecord(FILE, DIGESTS[FILE], BOB.user_id, used=True)),
    ),
    "attachments.list_unnamed_files": sees(
        lambda work: work.attachments.list_unnamed_files(DIGESTS.values()),
        (add_file(FILE), [DIGESTS[OTHER_FILE]]),
        (add_file(OTHER_FILE), []),
        (delete_file, [DIGESTS[OTHER_FILE]]),
    ),
    "attachments.list_unused": sees(
        lambda work: work.attachments.list_unused(BOB.user_id),
        (add_files, [FILE, OTHER_FILE]),
        (show_file, [OTHER_FILE]),
        (delete_file, []),
    ),
    "attachments.stored_bytes": sees(
        lambda work: work.attachments.stored_bytes(BOB.user_id),
        (change_nothing, StoredBytes()),
        (add_files, StoredBytes(6, 6)),
        (delete_file, StoredBytes(3, 3)),
    ),
    "attachments.list_uses": sees(
        lambda work: frozenset(work.attachments.list_uses(FILE.attachment_id)),
        (add_and_show_file, {AttachmentUse(TICKET, None)}),
        (show_file_in_reply, {AttachmentUse(TICKET, None), AttachmentUse(TICKET, MessageKind.REPLY)}),
        (
            show_file_elsewhere,
            {
                AttachmentUse(TICKET, None),
                AttachmentUse(TICKET, MessageKind.REPLY),
                AttachmentUse(TicketId(2), None),
            },
        ),
    ),
    "attachments.next_id": sees(lambda work: work.attachments.next_id(), (add_files, 3), (delete_file, 3)),
}
