"""What one node of a project does for all of them is begun where the node has the job, and nowhere else."""

from __future__ import annotations

import asyncio

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.jobs.job_locks import OwnJobs
from hero_assistance_server.jobs.running import Work
from tests.server.desk import running, until

pytestmark = pytest.mark.anyio

ONCE = {"garbage-collection", "mail-filing", "notifications", "outbox", "timers", "webhooks"}


async def test_a_node_without_the_jobs_asks_for_them_and_answers(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()

    async def wait_for_ever(_jobs: OwnJobs, job: str, _work: Work) -> None:
        asked.add(job)
        await asyncio.Event().wait()

    monkeypatch.setattr(OwnJobs, "run", wait_for_ever)
    async with running(paths) as desk:
        await until(lambda: asked == ONCE)
        assert (await desk.call("ticket.create", "carol", title="c", body="b"))["ticket_id"] == 1
