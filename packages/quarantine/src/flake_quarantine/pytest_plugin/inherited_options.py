"""Options that a run passes on to the pytest processes it starts: its own, without the tests that were named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flake_quarantine.runner.pytest_runner import PytestRunner

WITH_VALUE = ("--numprocesses", "--maxprocesses", "--dist", "--tx", "--px", "--max-worker-restart", "--maxschedchunk",
              "--basetemp", "--junitxml", "--junit-xml", "--quarantine-history", "-n")  # fmt: skip
WITHOUT_VALUE = ("-d", "--no-quarantine", "-x", "--exitfirst", "--lf", "--last-failed", "--ff", "--failed-first",
                 "--sw", "--stepwise", "--cache-clear")  # fmt: skip


def make_runner(config: pytest.Config) -> PytestRunner:
    """Return a runner with the settings of this run."""
    named: Sequence[str] = config.option.file_or_dir or ()
    options = select_options(config.invocation_params.args, named)
    if config.pluginmanager.hasplugin("pytest_cov"):
        options.append("--no-cov")  # otherwise coverage.xml would be that of one test
    return PytestRunner(
        root=config.rootpath,
        options=tuple(options),
        cwd=config.invocation_params.dir,
        xdist=config.pluginmanager.hasplugin("xdist"),
        alone_seconds=float(config.getini("quarantine_alone_seconds")),
    )


def select_options(arguments: Sequence[str], named: Sequence[str]) -> list[str]:
    """Return the arguments without named tests, and without options for workers, reports and early stops."""
    rest = list(arguments)
    for name in named:
        if name in rest:
            # A name may also be the value of an option before it; tests are rarely named first.
            del rest[len(rest) - 1 - rest[::-1].index(name)]
    selected: list[str] = []
    waiting = iter(rest)
    for argument in waiting:
        if argument in WITH_VALUE:
            next(waiting, None)
        elif argument not in WITHOUT_VALUE and not argument.startswith(_list_joined_prefixes()):
            selected.append(argument)
    return selected


def _list_joined_prefixes() -> tuple[str, ...]:
    """Return how the options with a value begin when the value is in the same word."""
    return tuple("-n" if option == "-n" else f"{option}=" for option in WITH_VALUE)
