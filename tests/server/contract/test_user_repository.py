"""`UserRepository` and `DeviceRepository`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hero_assistance_sdk.wire import Millis, Role, TicketId, UserId
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.directory import DEMO_USERS
from hero_assistance_server.users.model import User
from tests.server.contract.changes import assign, file_ticket, reply

pytestmark = pytest.mark.anyio

ALICE, BOB, CAROL, DAVE = DEMO_USERS


async def test_users_are_listed_by_id(storage: Storage) -> None:
    assert await storage.read(lambda snapshot: snapshot.users.list_all()) == [ALICE, BOB, CAROL, DAVE]


async def test_a_user_is_found_by_id_and_by_address(storage: Storage) -> None:
    erin = User(UserId("erin"), "Erin", Role.CUSTOMER, "erin@example.org", shows_presence=False)
    await storage.write(lambda work: work.users.save(erin, work.now))
    assert await storage.read(lambda snapshot: snapshot.users.find(erin.user_id)) == erin
    assert await storage.read(lambda snapshot: snapshot.users.find_by_email("erin@example.org")) == erin
    assert await storage.read(lambda snapshot: snapshot.users.find(UserId("frank"))) is None
    assert await storage.read(lambda snapshot: snapshot.users.find_by_email("bob@example.org")) is None


async def test_saving_again_changes_everything_but_the_id(storage: Storage) -> None:
    changed = replace(
        BOB, name="Robert", role=Role.ADMIN, email="bob@example.org", active=False, shows_presence=False, signature="B"
    )
    await storage.write(lambda work: work.users.save(changed, work.now))
    assert await storage.read(lambda snapshot: snapshot.users.find(BOB.user_id)) == changed


async def test_an_inactive_admin_is_not_counted(storage: Storage) -> None:
    async def count(user: User) -> int:
        return await storage.read(lambda snapshot: snapshot.users.count_other_admins(user.user_id))

    assert (await count(ALICE), await count(BOB)) == (0, 1)
    await storage.write(lambda work: work.users.save(replace(ALICE, active=False), work.now))
    assert await count(BOB) == 0


async def test_a_user_without_tickets_shares_none(storage: Storage) -> None:
    assert await storage.read(lambda snapshot: snapshot.users.list_sharers(CAROL.user_id)) == frozenset()
    assert await storage.read(lambda snapshot: snapshot.users.list_open_tickets(BOB.user_id, 10)) == []


async def test_it_is_known_since_when_somebody_is_a_user(storage: Storage) -> None:
    def change_and_ask(work: UnitOfWork) -> tuple[Millis | None, Millis]:
        work.users.save(replace(CAROL, name="Caroline"), work.now + timedelta(days=1))
        return work.users.created_at(CAROL.user_id), millis(work.now)

    since, now = await storage.write(change_and_ask)
    assert since is not None
    assert since <= now
    assert await storage.read(lambda snapshot: snapshot.users.created_at(UserId("nobody"))) is None


async def test_no_device_is_bound_at_first(storage: Storage) -> None:
    assert await storage.read(lambda snapshot: [*snapshot.devices.iterate_for(CAROL.user_id)]) == []
    assert await storage.read(lambda snapshot: snapshot.devices.find("400::1")) is None
    await storage.write(lambda work: work.devices.delete("400::1"))


async def test_the_open_tickets_of_an_agent_are_found_in_the_unit_of_work_that_assigns_them(storage: Storage) -> None:
    def file_and_list(work: UnitOfWork) -> list[TicketId]:
        for number in (1, 2):
            assign(work, file_ticket(work, number))
        file_ticket(work, 3)
        return work.users.list_open_tickets(BOB.user_id, 10)

    assert await storage.write(file_and_list) == [1, 2]
    assert await storage.read(lambda snapshot: snapshot.users.list_open_tickets(BOB.user_id, 1)) == [1]


async def test_the_customers_of_tickets_on_which_a_user_wrote_see_their_name(storage: Storage) -> None:
    def write(work: UnitOfWork) -> frozenset[UserId]:
        reply(work, file_ticket(work, 1), 1)
        file_ticket(work, 2, customer=DAVE)
        return work.users.list_sharers(BOB.user_id)

    assert await storage.write(write) == {CAROL.user_id}
    assert await storage.read(lambda snapshot: snapshot.users.list_sharers(DAVE.user_id)) == {DAVE.user_id}
