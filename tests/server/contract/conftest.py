"""Storage engines for the contract suite: every test here runs over each of them, and uses the protocols alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hero_assistance_server.storage.sqlite.store import open_store
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.users.directory import DEMO_USERS

# The time of every unit of work.
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)

Engine = Callable[[Path], AbstractAsyncContextManager[Storage]]


@asynccontextmanager
async def _open_sqlite(folder: Path) -> AsyncIterator[Storage]:
    async with open_store(folder, clock=lambda: NOW, publish=lambda _event: None) as store:
        yield store


ENGINES: dict[str, Engine] = {"sqlite": _open_sqlite}


@pytest.fixture(params=ENGINES)
async def storage(request: pytest.FixtureRequest, hero_root: Path) -> AsyncIterator[Storage]:
    """An open engine without tickets, with the users alice (an admin), bob (an agent), carol and dave (customers)."""

    def add_users(work: UnitOfWork) -> None:
        for user in DEMO_USERS:
            work.users.save(user, work.now)

    async with ENGINES[request.param](hero_root) as storage:
        await storage.write(add_users)
        yield storage
