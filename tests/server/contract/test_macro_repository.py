"""`MacroRepository`."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.wire import Macro, Millis, Priority, Status, UserId
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork

pytestmark = pytest.mark.anyio

ALICE, BOB = UserId("alice"), UserId("bob")


def save(work: UnitOfWork, name: str, owner: UserId | None) -> Macro:
    macro = Macro(
        macro_id=work.macros.next_id(),
        name=name,
        owner=owner,
        status=Status.SNOOZED,
        snooze_minutes=90,
        priority=Priority.URGENT,
        assign="me",
        assignee=None,
        add_tags=["gateway"],
        remove_tags=["new"],
        follow=True,
        note="It is the old one.",
        reply="Dear {{customer.name}},",
        updated_at=Millis(1),
    )
    work.macros.save(macro)
    assert work.macros.find(macro.macro_id) == macro
    return macro


async def test_an_agent_lists_their_own_and_the_team_s_by_name(storage: Storage) -> None:
    for name, owner in (("mine", BOB), ("everyone's", None), ("hers", ALICE)):
        await storage.write(lambda work, name=name, owner=owner: save(work, name, owner))  # type: ignore[misc]

    def names(snapshot: Snapshot, agent: UserId) -> list[str]:
        return [macro.name for macro in snapshot.macros.iterate_for(agent)]

    assert await storage.read(lambda snapshot: names(snapshot, BOB)) == ["everyone's", "mine"]
    assert await storage.read(lambda snapshot: names(snapshot, ALICE)) == ["everyone's", "hers"]


async def test_saving_again_changes_all_of_it(storage: Storage) -> None:
    macro = await storage.write(lambda work: save(work, "take it", BOB))
    changed = macro.model_copy(update={"name": "Take it", "owner": None, "follow": False, "note": None})
    await storage.write(lambda work: work.macros.save(changed))
    assert await storage.read(lambda snapshot: [*snapshot.macros.iterate_for(ALICE)]) == [changed]


async def test_the_id_of_a_deleted_one_is_not_given_again(storage: Storage) -> None:
    macro = await storage.write(lambda work: save(work, "take it", BOB))
    await storage.write(lambda work: work.macros.delete(macro.macro_id))
    assert await storage.read(lambda snapshot: snapshot.macros.find(macro.macro_id)) is None
    assert await storage.write(lambda work: work.macros.next_id()) == macro.macro_id + 1
