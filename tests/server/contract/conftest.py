"""The engines that the contract suite runs over: each opens an empty storage with the users of the suite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hero_assistance_server.storage.sqlite import users
from hero_assistance_server.storage.sqlite.store import open_store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork
from hero_assistance_server.storage.unit_of_work import Storage
from tests.server.contract.changes import NOON, USERS

ENGINES = ["sqlite"]


@pytest.fixture(params=ENGINES)
async def storage(request: pytest.FixtureRequest, hero_root: Path) -> AsyncIterator[Storage]:
    """An open storage without tickets, whose clock stands still at noon."""
    assert request.param == "sqlite"
    async with open_store(hero_root, clock=lambda: NOON, publish=lambda _: None) as store:

        def save_users(work: SqliteUnitOfWork) -> None:
            for user in USERS:
                users.save(work.session.direct, user, work.now)

        await store.write(save_users)
        yield store
