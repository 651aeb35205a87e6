"""Two nodes of one project, for the contracts of what nodes tell each other: on SQLite, both are the one server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.sqlite.store import open_store
from hero_assistance_server.storage.unit_of_work import Storage
from tests.server.contract.conftest import NOW

Opened = tuple[Storage, Hub]
OpenNodes = Callable[[pytest.FixtureRequest, Path], AbstractAsyncContextManager[tuple[Opened, Opened]]]


@asynccontextmanager
async def _open_sqlite(_request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[tuple[Opened, Opened]]:
    hub = Hub()
    async with open_store(folder, clock=lambda: NOW, publish=hub.publish) as store:
        hub.presence.join(store.nodes.presence)
        yield (store, hub), (store, hub)


@asynccontextmanager
async def _open_postgres(request: pytest.FixtureRequest, _folder: Path) -> AsyncIterator[tuple[Opened, Opened]]:
    url: str = request.getfixturevalue("postgres_url")
    async with open_postgres_node(url) as one, open_postgres_node(url) as other:
        yield one, other


@asynccontextmanager
async def open_postgres_node(url: str) -> AsyncIterator[Opened]:
    """Open one of the nodes on a database."""
    # psycopg is imported only where it is used.
    from hero_assistance_server.storage.postgres import store as postgres

    hub = Hub()
    async with postgres.open_store(url, clock=lambda: NOW, publish=hub.publish) as store:
        hub.presence.join(store.nodes.presence)
        yield cast(Storage, store), hub


TWO_NODES: dict[str, OpenNodes] = {"sqlite": _open_sqlite, "postgresql": _open_postgres}
