"""`AttachmentRepository`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hero_assistance_sdk.wire import AttachmentId, MessageKind, TicketId, UserId
from hero_assistance_server.attachments.model import Attachment, AttachmentRecord, AttachmentUse
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from tests.server.contract.changes import file_ticket, reply
from tests.server.contract.conftest import NOW

pytestmark = pytest.mark.anyio

CAROL, DAVE = UserId("carol"), UserId("dave")
SHA256 = "ab" * 32


def upload(work: UnitOfWork, sha256: str = SHA256) -> Attachment:
    made = Attachment(work.attachments.next_id(), "trace.png", 3, "image/png", 40, 30)
    work.attachments.add(made, sha256, CAROL, work.now)
    return made


async def test_an_upload_is_unused_and_of_its_uploader(storage: Storage) -> None:
    made = await storage.write(upload)
    found = await storage.read(lambda snapshot: snapshot.attachments.find(made.attachment_id))
    assert found == AttachmentRecord(made, SHA256, CAROL, used=False)
    assert await storage.read(lambda snapshot: snapshot.attachments.list_unused(CAROL)) == [made]
    assert await storage.read(lambda snapshot: snapshot.attachments.list_unused(DAVE)) == []
    assert await storage.read(lambda snapshot: snapshot.attachments.list_uses(made.attachment_id)) == []
    assert await storage.read(lambda snapshot: snapshot.attachments.find(AttachmentId(9))) is None


async def test_a_ticket_and_a_message_that_show_it_are_its_uses(storage: Storage) -> None:
    def show(work: UnitOfWork) -> tuple[list[AttachmentUse], list[Attachment]]:
        made = upload(work)
        reply(work, file_ticket(work, 1, attachments=(made,)), 1, attachments=(made,))
        return work.attachments.list_uses(made.attachment_id), work.attachments.list_unused(CAROL)

    uses, unused = await storage.write(show)
    first = TicketId(1)
    assert sorted(uses, key=lambda use: use.kind is None) == [
        AttachmentUse(first, MessageKind.REPLY),
        AttachmentUse(first, None),
    ]
    assert unused == []


async def test_showing_it_twice_in_one_place_is_one_use(storage: Storage) -> None:
    def show_twice(work: UnitOfWork) -> int:
        made = upload(work)
        ticket = file_ticket(work, 1)
        for _ in range(2):
            work.attachments.add_use([made], ticket_id=ticket.ticket_id)
        return len(work.attachments.list_uses(made.attachment_id))

    assert await storage.write(show_twice) == 1


async def test_only_an_unused_upload_is_deleted_and_its_id_is_not_given_again(storage: Storage) -> None:
    def use_one_of_two(work: UnitOfWork) -> list[AttachmentId]:
        used, unused = upload(work), upload(work)
        file_ticket(work, 1, attachments=(used,))
        for one in (used, unused):
            work.attachments.delete_unused(one.attachment_id)
        return [used.attachment_id, unused.attachment_id]

    used, unused = await storage.write(use_one_of_two)
    assert await storage.read(lambda snapshot: snapshot.attachments.find(used)) is not None
    assert await storage.read(lambda snapshot: snapshot.attachments.find(unused)) is None
    assert await storage.write(lambda work: work.attachments.next_id()) == unused + 1


async def test_old_unused_uploads_are_deleted_with_the_names_of_their_files(storage: Storage) -> None:
    for digest in ("aa", "bb"):
        await storage.write(lambda work, digest=digest: upload(work, digest * 32))  # type: ignore[misc]
    assert await storage.write(lambda work: work.attachments.delete_unused_before(NOW, 10)) == []
    later = NOW + timedelta(seconds=1)
    assert len(await storage.write(lambda work: work.attachments.delete_unused_before(later, 1))) == 1
    assert len(await storage.write(lambda work: work.attachments.delete_unused_before(later, 10))) == 1


async def test_files_that_no_attachment_has_are_found(storage: Storage) -> None:
    await storage.write(upload)
    digests = [SHA256, "cd" * 32]
    found = await storage.read(lambda snapshot: snapshot.attachments.list_unnamed_files(digests))
    assert found == ["cd" * 32]
