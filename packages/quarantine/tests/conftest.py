"""Small projects, and real pytest processes that run them."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SECONDS = 240  # far more than any run takes, even on a machine that others load
OWN = ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_ADDOPTS",
       "GITHUB_STEP_SUMMARY", "QUARANTINE_SUMMARY", "QUARANTINE_ANNOTATIONS", "BUILDKITE",
       "FLAKE_QUARANTINE_TRIAL")  # fmt: skip
# These suites are run by tests, in processes of their own: some kill theirs.
collect_ignore = ["corpus"]
if importlib.util.find_spec("pytest_randomly") is None:  # only `nox -s other_plugins` has all of them
    collect_ignore.append("test_other_plugins.py")
CORPUS = Path(__file__).parent / "corpus"


@dataclass
class Project:
    """A folder with tests of its own."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def quarantine(self, *nodeids: str, expires: int = 30, since: int = 0, owner: str = "me") -> Path:
        """Write a register; dates are days from today."""
        today = dt.date.today()
        tables = [
            f'[[test]]\nnodeid = {json.dumps(nodeid)}\nkind = "load"\nreason = "shares a port"\nowner = "{owner}"\n'
            f'issue = "https://example.org/1"\nsince = {today + dt.timedelta(since)}\n'
            f"expires = {today + dt.timedelta(expires)}\n"
            "evidence = { alone_runs = 30, alone_failures = 0, load_runs = 100, load_failures = 20 }\n"
            for nodeid in nodeids
        ]
        return self.write("tests/quarantine.toml", "\n".join(tables))

    def pytest(self, *arguments: str, cached: bool = False, **env: str) -> subprocess.CompletedProcess[str]:
        """Run pytest in a process of its own, which remembers failures for `--lf` if it is `cached`."""
        cache = [] if cached else ["-p", "no:cacheprovider"]
        return self._run([sys.executable, "-m", "pytest", *cache, *arguments], env)

    def command(self, *arguments: str, folder: str = ".", **env: str) -> subprocess.CompletedProcess[str]:
        """Run `flake-quarantine`, in a folder of the project."""
        return self._run([sys.executable, "-m", "flake_quarantine", *arguments], env, folder)

    def json(self, *arguments: str) -> Any:
        """Return what `flake-quarantine ... --json` answers."""
        command, *rest = arguments
        done = self.command(command, "--json", *rest)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    @staticmethod
    def environment(**more: str) -> dict[str, str]:
        """Return this process's variables, without those that mark a process as part of a test run."""
        outer = {name: value for name, value in os.environ.items() if name not in OWN}
        # These plugins add 0.8 s and 0.2 s to each of the many processes, and these projects do not use them.
        return {**outer, "PYTEST_ADDOPTS": "-p no:hypothesispytest -p no:anyio", **more}

    def _run(self, command: list[str], env: dict[str, str], folder: str = ".") -> subprocess.CompletedProcess[str]:
        outer, cwd = self.environment(**env), self.folder / folder
        return subprocess.run(command, cwd=cwd, env=outer, capture_output=True, text=True, timeout=SECONDS, check=False)


def make_project(corpus: str | None = None) -> Project:
    """Make an empty project, or a copy of a suite of the corpus."""
    folder = Path(tempfile.mkdtemp(prefix="fq", dir="/tmp")).resolve()
    if corpus:
        shutil.copytree(CORPUS / corpus, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(folder)
    project.write("pytest.ini", "[pytest]\n")
    return project


@pytest.fixture(scope="session")
def new_project() -> Iterator[Callable[..., Project]]:
    """A function that makes projects, which are removed in the end."""
    made: list[Project] = []

    def make(corpus: str | None = None) -> Project:
        made.append(make_project(corpus))
        return made[-1]

    yield make
    for project in made:
        shutil.rmtree(project.folder, ignore_errors=True)


@pytest.fixture
def project(new_project: Callable[..., Project]) -> Project:
    """An empty project."""
    return new_project()
