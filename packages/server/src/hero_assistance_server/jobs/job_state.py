"""The part of an answer that says how far a background job is."""

from __future__ import annotations

from typing import TypedDict

from hero_assistance_sdk.rpc.methods import Result
from hero_assistance_server.jobs.background_jobs import BackgroundJob, Progress


class JobState(Result):
    """How far a job is, in steps of no fixed size."""

    running: bool
    done: int
    total: int


class JobFields(TypedDict):
    """The fields of `JobState`."""

    running: bool
    done: int
    total: int


def job_fields(job: BackgroundJob) -> JobFields:
    """Return how far a job is."""
    progress = job.progress or Progress()
    return {"running": job.is_running, "done": progress.done, "total": progress.total}
