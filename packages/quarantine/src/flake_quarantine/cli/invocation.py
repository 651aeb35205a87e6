"""One invocation of the command: its options, what they name, and how it answers."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import functools
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flake_quarantine.campaigns.campaign import CampaignSettings
from flake_quarantine.cli import arguments
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History
from flake_quarantine.inference.limits import Limits
from flake_quarantine.node_ids import covers, extract_path
from flake_quarantine.register import Register, fill_owners, load
from flake_quarantine.runner.batches import build_ladder
from flake_quarantine.runner.fork_pool import ForkPool
from flake_quarantine.runner.noise import Noise
from flake_quarantine.runner.project_settings import ProjectSettings, read_project_settings
from flake_quarantine.runner.pytest_runner import PytestRunner

MAX_SEED = 1_000_000


@dataclass
class Invocation:
    """One invocation; `pytest_options` are handed to every pytest."""

    options: argparse.Namespace
    pytest_options: tuple[str, ...]
    forks: ForkPool = field(default_factory=ForkPool)

    @functools.cached_property
    def project(self) -> ProjectSettings:
        """Where pytest's root folder and register are; raises TrialFailed."""
        remedy = "" if self.options.register else "; name the register with --register"
        return read_project_settings(self.make_runner(), remedy)

    @functools.cached_property
    def register_path(self) -> Path:
        """The register's file: the one that was named, otherwise that of pytest's settings."""
        return Path(self.options.register) if self.options.register else self.project.register

    def load_register(self, *, must_exist: bool = True) -> Register:
        """Read the register as it is now.

        Raises BrokenRegister, and QuarantineError if it was named and is not there.
        """
        if must_exist and self.options.register and not self.register_path.exists():
            raise QuarantineError(f"{self.register_path}: there is no such register; `flake-quarantine add` makes one")
        register = load(self.register_path)
        return register if register.is_owned else fill_owners(register, self.root)

    @property
    def root(self) -> Path:
        """The folder that node ids are relative to; where the register was named, pytest is not asked for it."""
        return Path.cwd() if self.options.register else self.project.root

    def resolve_today(self) -> dt.date:
        """Return today by the clock, but none before the register's newest entry."""
        return load(self.register_path).resolve_today(dt.date.today())

    def make_runner(self) -> PytestRunner:
        """Return a runner in the current folder, which forks unless the options forbid it."""
        forks = None if getattr(self.options, "no_forks", True) else self.forks
        return PytestRunner(Path.cwd(), self.pytest_options, forks=forks)

    def close(self) -> None:
        """End the pytest processes that are kept to be forked."""
        self.forks.close()

    @contextlib.contextmanager
    def open_history(self) -> Iterator[History | None]:
        """Open the history while the block lasts; None if no file was named."""
        if not self.options.history:
            yield None
            return
        with History(Path(self.options.history)) as history:
            yield history

    def make_settings(self) -> CampaignSettings:
        """Return how to measure, from the options."""
        options = self.options
        seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1, MAX_SEED)
        workers = (options.workers,) if options.workers else build_ladder(arguments.parse_steps(options.ladder))
        until = time.monotonic() + arguments.parse_seconds(options.max_time) if options.max_time else float("inf")
        return CampaignSettings(
            seed=seed,
            limits=self._make_limits(),
            workers=workers,
            noise=Noise.parse(options.noise),
            until=until,
            max_foreign_load=options.foreign_load,
        )

    def collect_suite(self, runner: PytestRunner) -> list[str]:
        """Return the project's tests: those of pytest's root folder, from where pytest has its settings.

        Options of pytest may hold paths that are relative to the current folder; with these, it stays there.
        """
        if not self.pytest_options:
            runner.cwd = self.project.root
        return self.collect(runner)

    def collect(self, runner: PytestRunner, arguments: Sequence[str] = ()) -> list[str]:
        """Return the tests that pytest collects for its arguments, and report what it could not collect."""
        suite = runner.collect(arguments)
        for name in runner.uncollected:
            self.report_progress(f"{name} cannot be collected and is left out")
        return suite

    def find_tests(
        self, runner: PytestRunner, suite: Sequence[str], names: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Return the tests that names of tests, classes or files mean, and the names that mean none."""
        wanted: list[str] = []
        missing = []
        for name in names:
            covered = [nodeid for nodeid in suite if covers(name, nodeid)]
            if not covered and (runner.root / extract_path(name)).exists():
                covered = [
                    nodeid for nodeid in runner.collect([str(runner.root / extract_path(name))]) if covers(name, nodeid)
                ]
            wanted += covered
            missing += [] if covered else [name]
        return list(dict.fromkeys(wanted)), missing

    def report_progress(self, line: str) -> None:
        """Print a line of progress on standard error: the answer alone goes to standard output."""
        print(line, file=sys.stderr, flush=True)

    def print_result(self, value: object, format_text: Callable[[], str]) -> None:
        """Print the result as JSON or as text."""
        print(json.dumps(value, indent=2, ensure_ascii=False) if self.options.json else format_text())

    def _make_limits(self) -> Limits:
        options, limits = self.options, Limits()
        if options.copies:
            limits = replace(limits, batch_sizes=(options.copies,))
        if options.load_runs:
            limits = replace(limits, max_load_runs=options.load_runs)
        if options.alone_runs:
            limits = replace(limits, max_alone_runs=options.alone_runs)
        return limits
