"""`TagRepository`."""

from __future__ import annotations

import pytest

from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.tags.model import TagCount
from tests.server.contract.changes import file_ticket

pytestmark = pytest.mark.anyio


def file_three(work: UnitOfWork) -> None:
    file_ticket(work, 1, tags=["vpn", "gateway"])
    file_ticket(work, 2, tags=["vpn"])
    file_ticket(work, 3)


async def test_tags_are_listed_by_name_in_pages(storage: Storage) -> None:
    assert await storage.read(lambda snapshot: snapshot.tags.list_after("", 10)) == []
    await storage.write(file_three)
    gateway, vpn = TagCount("gateway", 1, 1), TagCount("vpn", 2, 2)
    assert await storage.read(lambda snapshot: snapshot.tags.list_after("", 10)) == [gateway, vpn]
    assert await storage.read(lambda snapshot: snapshot.tags.list_after("", 1)) == [gateway]
    assert await storage.read(lambda snapshot: snapshot.tags.list_after("gateway", 10)) == [vpn]


async def test_the_tickets_of_a_tag_are_found(storage: Storage) -> None:
    await storage.write(file_three)
    assert sorted(await storage.read(lambda snapshot: snapshot.tags.list_tickets("vpn", 10))) == [1, 2]
    assert len(await storage.read(lambda snapshot: snapshot.tags.list_tickets("vpn", 1))) == 1
    assert await storage.read(lambda snapshot: snapshot.tags.list_tickets("v", 10)) == []


async def test_a_unit_of_work_counts_the_ticket_that_it_filed(storage: Storage) -> None:
    def file_and_count(work: UnitOfWork) -> list[TagCount]:
        file_three(work)
        return work.tags.list_after("gateway", 10)

    assert await storage.write(file_and_count) == [TagCount("vpn", 2, 2)]
