"""`DraftRepository`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hero_assistance_sdk.wire import MessageKind, TicketId, UserId
from hero_assistance_server.drafts.rules import Draft, DraftKey
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from tests.server.contract.conftest import NOW

pytestmark = pytest.mark.anyio

BOB, CAROL = UserId("bob"), UserId("carol")
NEW_TICKET = DraftKey(BOB, None, MessageKind.REPLY)
REPLY = DraftKey(BOB, TicketId(1), MessageKind.REPLY)
NOTE = DraftKey(BOB, TicketId(1), MessageKind.NOTE)


def draft(key: DraftKey, body: str = "It is the old", minutes: int = 0) -> Draft:
    return Draft(key, "A title" if key.ticket_id is None else "", body, NOW + timedelta(minutes=minutes))


async def test_each_key_has_a_draft_of_its_own(storage: Storage) -> None:
    for key in (NEW_TICKET, REPLY, NOTE):
        await storage.write(lambda work, key=key: work.drafts.save(draft(key, str(key.text))))  # type: ignore[misc]
    for key in (NEW_TICKET, REPLY, NOTE):
        found = await storage.read(lambda snapshot, key=key: snapshot.drafts.find(key))  # type: ignore[misc]
        assert found == draft(key, key.text)


async def test_drafts_are_listed_the_latest_first_and_for_their_author_alone(storage: Storage) -> None:
    first, second = draft(REPLY), draft(NEW_TICKET, minutes=1)
    await storage.write(lambda work: work.drafts.save(first))
    await storage.write(lambda work: work.drafts.save(second))
    assert await storage.read(lambda snapshot: [*snapshot.drafts.iterate_for(BOB)]) == [second, first]
    assert await storage.read(lambda snapshot: [*snapshot.drafts.iterate_for(CAROL)]) == []


async def test_saving_again_replaces_the_draft(storage: Storage) -> None:
    await storage.write(lambda work: work.drafts.save(draft(REPLY)))
    await storage.write(lambda work: work.drafts.save(draft(REPLY, "It is the new", 1)))
    assert await storage.read(lambda snapshot: [*snapshot.drafts.iterate_for(BOB)]) == [
        draft(REPLY, "It is the new", 1)
    ]


async def test_the_draft_itself_is_not_among_the_others(storage: Storage) -> None:
    await storage.write(lambda work: work.drafts.save(draft(REPLY)))
    assert await storage.read(lambda snapshot: snapshot.drafts.count_others(REPLY)) == 0
    assert await storage.read(lambda snapshot: snapshot.drafts.count_others(NOTE)) == 1
    others = DraftKey(CAROL, TicketId(1), MessageKind.REPLY)
    assert await storage.read(lambda snapshot: snapshot.drafts.count_others(others)) == 0


async def test_deleting_says_whether_there_was_one(storage: Storage) -> None:
    def delete_twice(work: UnitOfWork) -> tuple[bool, bool]:
        return work.drafts.delete(REPLY), work.drafts.delete(REPLY)

    assert await storage.write(delete_twice) == (False, False)
    await storage.write(lambda work: work.drafts.save(draft(REPLY)))
    assert await storage.write(delete_twice) == (True, False)
    assert await storage.read(lambda snapshot: snapshot.drafts.find(REPLY)) is None
