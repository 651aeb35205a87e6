"""Every read method of every repository, in every engine: it sees what its command has written."""

from __future__ import annotations

import pytest

from hero_assistance_server.storage.unit_of_work import Storage
from tests.server.read_cases import BOB
from tests.server.store_fixtures import CAROL
from tests.server.store_fixtures import NOON as NOW
from tests.server.test_read_your_writes import CASES

pytestmark = pytest.mark.anyio

# What each engine has of its own.
OWN = "search."


@pytest.mark.parametrize("name", sorted(name for name in CASES if not name.startswith(OWN)))
async def test_a_read_sees_the_change(empty_storage: Storage, name: str) -> None:
    for user in (CAROL, BOB):
        await empty_storage.write(lambda work, user=user: work.users.save(user, NOW))  # type: ignore[misc]
    assert await empty_storage.write(CASES[name])
