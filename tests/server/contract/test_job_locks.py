"""`JobLocks`: of the nodes of a project, one does a job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hero_assistance_server.jobs.running import Work, running
from hero_assistance_server.storage.unit_of_work import Storage
from tests.server.contract.nodes import TWO_NODES
from tests.server.desk import until

pytestmark = pytest.mark.anyio


class Job:
    """A job of one node, which counts how often it began and ended there."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    async def work(self) -> None:
        self.begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.ended += 1

    @property
    def is_running(self) -> bool:
        return self.begun > self.ended

    def on(self, storage: Storage, name: str = "job") -> Work:
        return lambda: storage.nodes.jobs.run(name, self.work)


@pytest.fixture(params=TWO_NODES)
async def nodes(request: pytest.FixtureRequest, hero_root: Path) -> AsyncIterator[tuple[Storage, Storage]]:
    """Two nodes, which are one and the same on SQLite."""
    async with TWO_NODES[request.param](request, hero_root) as ((one, _), (other, _)):
        yield one, other


async def test_a_job_is_done(nodes: tuple[Storage, Storage]) -> None:
    job = Job()
    async with running(job.on(nodes[0])):
        await until(lambda: job.is_running)
    assert (job.begun, job.ended) == (1, 1)


async def test_each_job_has_a_node_of_its_own(nodes: tuple[Storage, Storage]) -> None:
    jobs = [Job(), Job()]
    async with running(*(job.on(node, name) for job, node, name in zip(jobs, nodes, ("one", "other"), strict=True))):
        await until(lambda: all(job.is_running for job in jobs))


async def test_a_job_that_fails_raises_its_error(nodes: tuple[Storage, Storage]) -> None:
    async def fail() -> None:
        raise LookupError("a defect")

    with pytest.raises(LookupError, match="a defect"):
        await nodes[0].nodes.jobs.run("job", fail)


async def test_a_job_that_a_node_gave_up_is_done_again(nodes: tuple[Storage, Storage]) -> None:
    job = Job()
    for node in nodes:
        async with running(job.on(node)):
            await until(lambda: job.is_running)
    assert (job.begun, job.ended) == (2, 2)
