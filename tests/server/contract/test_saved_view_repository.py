"""`SavedViewRepository`."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hero_assistance_sdk.wire import SavedView, UserId
from hero_assistance_server.saved_views.repository import FIRST, PlacedView
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage, UnitOfWork

pytestmark = pytest.mark.anyio

ALICE, BOB = UserId("alice"), UserId("bob")


@dataclass(frozen=True)
class _Save:
    name: str
    owner: UserId = BOB
    shared: bool = False

    def __call__(self, work: UnitOfWork) -> SavedView:
        view = SavedView(
            view_id=work.saved_views.next_id(), name=self.name, filter="tag:vpn", owner=self.owner, shared=self.shared
        )
        work.saved_views.save(view)
        return view


async def _list(storage: Storage, user: UserId, after: tuple[int, str, int] = FIRST) -> list[PlacedView]:
    return await storage.read(lambda snapshot: [*snapshot.saved_views.iterate_for(user, after)])


async def test_a_saved_view_is_found_by_its_id_and_by_its_name(storage: Storage) -> None:
    view = await storage.write(_Save("VPN"))
    assert await storage.read(lambda snapshot: snapshot.saved_views.find(view.view_id)) == view
    assert await storage.read(lambda snapshot: snapshot.saved_views.find_by_name(BOB, "VPN")) == view
    assert await storage.read(lambda snapshot: snapshot.saved_views.find_by_name(ALICE, "VPN")) is None
    assert await storage.read(lambda snapshot: snapshot.saved_views.find(view.view_id + 1)) is None


async def test_a_unit_of_work_reads_what_it_wrote(storage: Storage) -> None:
    def save_and_find(work: UnitOfWork) -> bool:
        view = _Save("VPN")(work)
        return work.saved_views.find(view.view_id) == view and work.saved_views.count_owned(BOB) == 1

    assert await storage.write(save_and_find)


async def test_a_user_lists_their_own_and_the_shared_views_by_name(storage: Storage) -> None:
    for save in (_Save("mine"), _Save("team", ALICE, shared=True), _Save("hers", ALICE)):
        await storage.write(save)

    def names(snapshot: Snapshot, user: UserId) -> list[str]:
        return [placed.view.name for placed in snapshot.saved_views.iterate_for(user)]

    assert await storage.read(lambda snapshot: names(snapshot, BOB)) == ["mine", "team"]
    assert await storage.read(lambda snapshot: names(snapshot, ALICE)) == ["hers", "team"]


async def test_each_user_has_an_order_of_their_own(storage: Storage) -> None:
    ids = [
        (await storage.write(save)).view_id
        for save in (_Save("a"), _Save("b"), _Save("c"), _Save("team", ALICE, shared=True))
    ]

    await storage.write(lambda work: work.saved_views.save_order(BOB, [ids[3], ids[1]]))
    assert [placed.view.name for placed in await _list(storage, BOB)] == ["team", "b", "a", "c"]
    assert [placed.view.name for placed in await _list(storage, ALICE)] == ["team"]
    await storage.write(lambda work: work.saved_views.save_order(BOB, [ids[2]]))
    found = await _list(storage, BOB)
    assert [placed.view.name for placed in found] == ["c", "a", "b", "team"]
    for at, placed in enumerate(found):
        assert await _list(storage, BOB, placed.position) == found[at + 1 :]


async def test_a_view_that_is_deleted_leaves_no_place(storage: Storage) -> None:
    view = await storage.write(_Save("team", ALICE, shared=True))
    await storage.write(lambda work: work.saved_views.save_order(ALICE, [view.view_id]))
    await storage.write(lambda work: work.saved_views.save_order(BOB, [view.view_id]))
    await storage.write(lambda work: work.saved_views.delete(view.view_id))
    assert await _list(storage, BOB) == []


async def test_saving_again_changes_the_name_the_filter_and_who_shares_it(storage: Storage) -> None:
    view = await storage.write(_Save("VPN"))
    changed = view.model_copy(update={"name": "Network", "filter": "tag:network", "shared": True})
    await storage.write(lambda work: work.saved_views.save(changed))
    assert await storage.read(lambda snapshot: snapshot.saved_views.find(view.view_id)) == changed


async def test_the_id_of_a_deleted_view_is_not_given_again(storage: Storage) -> None:
    view = await storage.write(_Save("VPN"))
    await storage.write(lambda work: work.saved_views.delete(view.view_id))
    assert await storage.read(lambda snapshot: snapshot.saved_views.find(view.view_id)) is None
    assert await storage.write(lambda work: work.saved_views.next_id()) == view.view_id + 1
