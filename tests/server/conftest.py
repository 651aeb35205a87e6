"""A running server for tests that ask for one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hero_assistance_sdk.paths import Paths
from tests.server.desk import Desk, running


@pytest.fixture
def anyio_backend() -> str:
    """The only loop the server runs on."""
    return "asyncio"


@pytest.fixture
async def desk(paths: Paths) -> AsyncIterator[Desk]:
    """A server in dev mode with the four demo users, without TCP."""
    async with running(paths) as desk:
        yield desk
