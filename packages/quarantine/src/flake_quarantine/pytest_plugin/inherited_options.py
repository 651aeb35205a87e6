"""How a run starts others like itself: the same options without the tests that were named."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from flake_quarantine.runner.pytest_runner import Lab

WITH_VALUE = ("--numprocesses", "--maxprocesses", "--dist", "--tx", "--px", "--max-worker-restart", "--maxschedchunk",
              "--basetemp", "--junitxml", "--junit-xml", "--quarantine-history", "-n")  # fmt: skip
WITHOUT_VALUE = ("-d", "--no-quarantine", "-x", "--exitfirst", "--lf", "--last-failed", "--ff", "--failed-first",
                 "--sw", "--stepwise", "--cache-clear")  # fmt: skip


def lab_of(config: pytest.Config) -> Lab:
    """A lab whose runs have the settings of this run."""
    named: Sequence[str] = config.option.file_or_dir or ()
    return Lab(
        root=config.rootpath,
        options=tuple(inherited(config.invocation_params.args, named)),
        cwd=config.invocation_params.dir,
        xdist=config.pluginmanager.hasplugin("xdist"),
        alone_seconds=float(config.getini("quarantine_alone_seconds")),
    )


def inherited(arguments: Sequence[str], named: Sequence[str]) -> list[str]:
    """The arguments without named tests, and without what concerns the distribution and reports of one run."""
    rest = list(arguments)
    for name in named:
        if name in rest:
            # A name may also be the value of an option before it; tests are rarely named first.
            del rest[len(rest) - 1 - rest[::-1].index(name)]
    kept: list[str] = []
    waiting = iter(rest)
    for argument in waiting:
        if argument in WITH_VALUE:
            next(waiting, None)
        elif argument not in WITHOUT_VALUE and not argument.startswith(_joined()):
            kept.append(argument)
    return kept


def _joined() -> tuple[str, ...]:
    """How the options with a value look when the value is written in the same word."""
    return tuple("-n" if option == "-n" else f"{option}=" for option in WITH_VALUE)
