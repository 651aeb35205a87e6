"""Of two nodes on one database one does a job, and the other one once that is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance_server.jobs.running import running
from hero_assistance_server.storage.postgres.nodes import job_locks
from tests.postgres import Cluster
from tests.server.contract.nodes import open_postgres_node
from tests.server.contract.test_job_locks import Job
from tests.server.desk import until
from tests.server.postgres.connection_proxy import losing_commits
from tests.server.postgres.test_nodes import cut

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a node ask often, so that one which may not have a job would be seen to take it."""
    monkeypatch.setattr(job_locks, "ASK_EVERY_S", 0.0)


async def test_one_node_does_a_job_and_the_other_takes_over_when_it_ends(postgres_url: str) -> None:
    jobs = [Job(), Job()]
    async with open_postgres_node(postgres_url) as (other, _):
        async with open_postgres_node(postgres_url) as (one, _), running(jobs[0].on(one)):
            await until(lambda: jobs[0].is_running)
            later = Job()
            async with running(jobs[1].on(other), later.on(other, "a job that is asked for later")):
                # The jobs of a node are asked for in their order.
                await until(lambda: later.is_running)
                assert [job.begun for job in jobs] == [1, 0]
        async with running(jobs[1].on(other)):
            await until(lambda: jobs[1].is_running)
    assert [job.begun for job in jobs] == [1, 1]


async def test_the_other_node_takes_over_when_the_first_is_cut_off(
    postgres_url: str, postgres_cluster: Cluster, hero_root: Path
) -> None:
    with losing_commits(hero_root, postgres_cluster.folder) as proxy:
        url = postgres_url.replace(str(postgres_cluster.folder), str(hero_root))
        jobs = [Job(), Job()]
        async with (
            open_postgres_node(url) as (one, _),
            open_postgres_node(postgres_url) as (other, _),
            running(jobs[0].on(one)),
        ):
            await until(lambda: jobs[0].is_running)
            async with running(jobs[1].on(other)):
                proxy.stays_away, proxy.lost = True, 1
                cut(postgres_cluster, postgres_url)
                await until(lambda: jobs[1].is_running and not jobs[0].is_running)
                proxy.stays_away = False
            # The other one has given it back.
            await until(lambda: jobs[0].is_running)
    assert [(job.begun, job.ended) for job in jobs] == [(2, 2), (1, 1)]
