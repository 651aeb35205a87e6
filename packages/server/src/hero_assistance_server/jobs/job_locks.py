"""Which node of a project does what one of them is to do."""

from __future__ import annotations

from typing import Protocol

from hero_assistance_server.jobs.running import Work


class JobLocks(Protocol):
    """Gives each job to one living node."""

    async def run(self, job: str, work: Work) -> None:
        """Run work while this node has a job, until it ends by itself; raises what the work raises.

        A node keeps a job while it lives. The work is cancelled when the node is cut off from the others, and begins
        again when it has the job once more.
        """
        ...


class OwnJobs:
    """Implements `JobLocks` for a project with one node, which has every job."""

    async def run(self, job: str, work: Work) -> None:
        """Run the work; there is no other node to ask."""
        await work()
