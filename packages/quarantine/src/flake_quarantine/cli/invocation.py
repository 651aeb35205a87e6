"""What every command needs: the register, the history, a lab, and ways to answer."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flake_quarantine.campaigns.campaign import Settings
from flake_quarantine.cli import arguments
from flake_quarantine.history import History
from flake_quarantine.inference.stopping_rule import Limits
from flake_quarantine.register import Register, load
from flake_quarantine.runner.noise import Noise
from flake_quarantine.runner.pytest_runner import Lab, ladder


@dataclass
class Context:
    """One invocation of the program."""

    options: argparse.Namespace
    for_pytest: tuple[str, ...]

    @property
    def path(self) -> Path:
        """The register's file."""
        return Path(self.options.register)

    def register(self) -> Register:
        """The register as it is now."""
        return load(self.path)

    def today(self) -> dt.date:
        """Today, as far as clock and register can tell."""
        return self.register().today(dt.date.today())

    def lab(self) -> Lab:
        """A lab in the current folder."""
        return Lab(Path.cwd(), self.for_pytest)

    @contextlib.contextmanager
    def history(self) -> Iterator[History | None]:
        """The history, if one was named."""
        if not self.options.history:
            yield None
            return
        with History(Path(self.options.history)) as history:
            yield history

    def settings(self) -> Settings:
        """How to measure, from the options."""
        options = self.options
        seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1, 1_000_000)
        limits = Limits()
        if options.copies:
            limits = replace(limits, batches=(options.copies,))
        if options.load_runs:
            limits = replace(limits, load_runs=options.load_runs)
        if options.alone_runs:
            limits = replace(limits, alone_runs=options.alone_runs)
        workers = (options.workers,) if options.workers else ladder(arguments.numbers(options.ladder))
        until = time.monotonic() + arguments.seconds(options.max_time) if options.max_time else float("inf")
        return Settings(seed=seed, limits=limits, workers=workers, noise=Noise.parse(options.noise), until=until)

    def expand(self, lab: Lab, suite: Sequence[str], names: Sequence[str]) -> tuple[list[str], list[str]]:
        """The tests that are meant by names of tests, classes or files, and the names that mean none."""
        wanted: list[str] = []
        missing = []
        for name in names:
            covered = [nodeid for nodeid in suite if covers(name, nodeid)]
            if not covered and (lab.root / name.split("::")[0]).exists():
                covered = [nodeid for nodeid in lab.collect([name.split("::")[0]]) if covers(name, nodeid)]
            wanted += covered
            missing += [] if covered else [name]
        return list(dict.fromkeys(wanted)), missing

    def say(self, line: str) -> None:
        """Tell a person how far it is."""
        if not self.options.json:
            print(line, file=sys.stderr, flush=True)

    def answer(self, value: object, text: Callable[[], str]) -> None:
        """Print the result as JSON or as text."""
        print(json.dumps(value, indent=2, ensure_ascii=False) if self.options.json else text())


def covers(name: str, nodeid: str) -> bool:
    """Whether a test, class or file name means this test."""
    rest = nodeid[len(name) :]
    return nodeid.startswith(name) and (not rest or rest.startswith(("::", "[")))


def write_job_summary(markdown: str) -> None:
    """Append to GitHub's job summary, if this is a GitHub job."""
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if target:
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(markdown)
