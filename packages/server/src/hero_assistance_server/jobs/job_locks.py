"""Which node of a project does what one of them is to do."""

from __future__ import annotations

from typing import NoReturn, Protocol

from hero_assistance_server.jobs.running import Work


class JobLocks(Protocol):
    """Gives each job to one living node."""

    async def run(self, job: str, work: Work) -> NoReturn:
        """Run endless work while this node has a job, until cancelled; raises what the work raises.

        A node keeps a job while it lives. The work ends when the node is cut off from the others, and begins again when
        it has the job once more.
        """
        ...


class OwnJobs:
    """Implements `JobLocks` for a project with one node, which has every job."""

    async def run(self, job: str, work: Work) -> NoReturn:
        """Run the work; there is no other node to ask."""
        await work()
        raise RuntimeError(f"the job {job} has ended")
