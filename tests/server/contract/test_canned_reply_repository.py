"""`CannedReplyRepository`."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.wire import CannedReply, Millis, UserId
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork

pytestmark = pytest.mark.anyio

ALICE, BOB = UserId("alice"), UserId("bob")


def save(work: UnitOfWork, name: str, owner: UserId | None) -> CannedReply:
    reply = CannedReply(
        canned_reply_id=work.canned_replies.next_id(), name=name, body="Dear,", owner=owner, updated_at=Millis(1)
    )
    work.canned_replies.save(reply)
    assert work.canned_replies.find(reply.canned_reply_id) == reply
    return reply


async def test_an_agent_lists_their_own_and_the_team_s_by_name(storage: Storage) -> None:
    for name, owner in (("mine", BOB), ("everyone's", None), ("hers", ALICE)):
        await storage.write(lambda work, name=name, owner=owner: save(work, name, owner))  # type: ignore[misc]

    def names(snapshot: Snapshot, agent: UserId) -> list[str]:
        return [reply.name for reply in snapshot.canned_replies.iterate_for(agent)]

    assert await storage.read(lambda snapshot: names(snapshot, BOB)) == ["everyone's", "mine"]
    assert await storage.read(lambda snapshot: names(snapshot, ALICE)) == ["everyone's", "hers"]


async def test_saving_again_changes_all_of_it(storage: Storage) -> None:
    reply = await storage.write(lambda work: save(work, "hello", BOB))
    changed = reply.model_copy(update={"name": "Hello", "body": "Dear all,", "owner": None, "updated_at": 2})
    await storage.write(lambda work: work.canned_replies.save(changed))
    assert await storage.read(lambda snapshot: [*snapshot.canned_replies.iterate_for(ALICE)]) == [changed]


async def test_the_id_of_a_deleted_one_is_not_given_again(storage: Storage) -> None:
    reply = await storage.write(lambda work: save(work, "hello", BOB))
    await storage.write(lambda work: work.canned_replies.delete(reply.canned_reply_id))
    assert await storage.read(lambda snapshot: snapshot.canned_replies.find(reply.canned_reply_id)) is None
    assert await storage.write(lambda work: work.canned_replies.next_id()) == reply.canned_reply_id + 1
