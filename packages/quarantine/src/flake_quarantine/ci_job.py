"""What is built and where: commit, branch and job, as CI systems say it in the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple

# The first variable that is there counts; of a pull request, GitHub has the branch in GITHUB_HEAD_REF.
COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILDKITE_COMMIT", "GIT_COMMIT")
BRANCHES = (
    *("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_REF_NAME"),
    *("BUILDKITE_BRANCH", "GIT_BRANCH"),
)
JOBS = ("GITHUB_JOB", "CI_JOB_NAME", "BUILDKITE_LABEL", "JOB_NAME")


class CiJob(NamedTuple):
    """The job that a run belongs to; empty where it is not known."""

    commit: str = ""
    branch: str = ""
    job: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.commit[:12], self.branch, self.job)))


def read_ci_job(environ: Mapping[str, str] = os.environ) -> CiJob:
    """Return the job that this process runs in, on GitHub, GitLab, Buildkite or Jenkins."""
    return CiJob(*(_find_first(environ, names) for names in (COMMITS, BRANCHES, JOBS)))


def _find_first(environ: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environ[name] for name in names if environ.get(name)), "")
