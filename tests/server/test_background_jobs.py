"""Work of minutes: who hears that it failed, and that it is being done already."""

from __future__ import annotations

import asyncio
import threading

import pytest

from hero_assistance_sdk.errors import HeroError, Unavailable
from hero_assistance_server.jobs.background_jobs import BackgroundJob
from hero_assistance_server.storage.database_files import ProgressCallback
from hero_assistance_server.storage.errors import StoreUnavailable

pytestmark = pytest.mark.anyio


async def test_a_database_that_cannot_be_read_is_a_failure_and_a_second_asking_is_none() -> None:
    errand, gate, failures = BackgroundJob("it is being made", "look again"), threading.Event(), list[HeroError]()

    def work(_told: ProgressCallback) -> None:
        gate.wait(10)
        raise StoreUnavailable("the database is too slow", hint="wait")

    first = asyncio.create_task(errand.run(work, failures.append))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable, match="it is being made"):
        await errand.run(work, failures.append)
    assert not failures
    gate.set()
    with pytest.raises(StoreUnavailable):
        await first
    assert [failure.line for failure in failures] == ["the database is too slow: wait"]
    assert not errand.is_running
