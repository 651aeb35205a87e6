"""Gives a fork what each pytest process has for itself: output, temporary files, chance, a worker's name."""

from __future__ import annotations

import contextlib
import fcntl
import os
import random
import stat
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.trial.collection_watch import is_unlinked, list_descriptors, read_name

MAX_SEED = 2**31


def redirect_output(path: Path) -> None:
    """Send to `path` what the server's output would get, through any descriptor; pytest captures nothing now."""
    server = _identify(sys.__stdout__.fileno() if sys.__stdout__ else 1)
    output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in list_descriptors():
        with contextlib.suppress(OSError):  # the listing's own is closed by now
            if _identify(number) == server:
                os.dup2(output, number, inheritable=os.get_inheritable(number))
    os.close(output)


def separate(config: pytest.Config, folder: Path, random_state: tuple[Any, ...] | None) -> None:
    """Give this fork temporary files and a temporary folder of its own, and chance as a process of its own has it.

    `random_state` is the one after collecting if the suite has seeded it; Python seeds it in each fork otherwise.
    """
    _copy_unlinked_files()
    config.option.basetemp = str(folder)
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is not None:
        factory._given_basetemp, factory._basetemp = folder, None
    if random_state is not None:
        random.setstate(random_state)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
    if isinstance(getattr(config.option, "randomly_seed", None), int) and not _names_seed(config):
        config.option.randomly_seed = random.SystemRandom().randrange(MAX_SEED)


def become_worker(config: pytest.Config, name: str, count: int, run: str) -> None:
    """Take a name among `count` workers, so that suites which share things out by it do so as under pytest-xdist."""
    worker = {"workerid": name, "workercount": count, "testrunuid": run, "mainargv": sys.argv}
    config.workerinput, config.workeroutput = worker, {}  # type: ignore[attr-defined]
    os.environ.update(PYTEST_XDIST_WORKER=name, PYTEST_XDIST_WORKER_COUNT=str(count), PYTEST_XDIST_TESTRUNUID=run)


def _identify(number: int) -> tuple[int, int]:
    status = os.fstat(number)
    return status.st_dev, status.st_ino


def _copy_unlinked_files() -> None:
    """Replace open files that have no name, such as those of pytest's capture: forks share one place in each."""
    for number in list_descriptors():
        with contextlib.suppress(OSError):
            is_file = stat.S_ISREG(os.fstat(number).st_mode) and is_unlinked(read_name(number))
            if is_file and fcntl.fcntl(number, fcntl.F_GETFL) & os.O_RDWR:
                _copy_file(number)


def _copy_file(number: int) -> None:
    with tempfile.TemporaryFile(buffering=0) as copy:
        copy.write(os.pread(number, os.fstat(number).st_size, 0))
        copy.seek(os.lseek(number, 0, os.SEEK_CUR))
        os.dup2(copy.fileno(), number, inheritable=os.get_inheritable(number))


def _names_seed(config: pytest.Config) -> bool:
    """Tell whether a seed for pytest-randomly was named; otherwise each of its runs has another one."""
    words = [*config.invocation_params.args, *config.getini("addopts"), os.environ.get("PYTEST_ADDOPTS", "")]
    return any("randomly-seed" in str(word) for word in words)
