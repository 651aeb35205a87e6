"""The entry point of the pytest plugin: finds out what this process is, and imports only what that needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake_quarantine.constants import (
    DEFAULT_REGISTER,
    NEEDS_POSIX,
    OWNER_VARIABLE,
    SETTINGS_VARIABLE,
    TRIAL_VARIABLE,
    is_posix,
)

NUMBERS: dict[str, tuple[str, int | float]] = {
    "quarantine_alone_runs": ("how often a failed test is run again alone, at most; 0: never", 3),
    "quarantine_hang_seconds": ("when a hanging quarantined test is ended", 300.0),
    "quarantine_alone_seconds": ("how long one run alone may take", 60.0),
    "quarantine_total_seconds": ("how long all runs alone may take together", 600.0),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and settings."""
    group = parser.getgroup("flake-quarantine", "quarantine of tests that fail only while other tests run")
    group.addoption("--quarantine-file", metavar="PATH", help=f"the register (default: {DEFAULT_REGISTER})")
    group.addoption("--quarantine-history", metavar="PATH", help="append outcomes to this SQLite file")
    group.addoption("--no-quarantine", action="store_true", help="treat quarantined tests like all others")
    parser.addini("quarantine_file", "the register of quarantined tests", default=DEFAULT_REGISTER)
    parser.addini("quarantine_history", "SQLite file that outcomes are appended to", default="")
    for name, (help_text, default) in NUMBERS.items():
        # Before 8.4, pytest has no settings that are numbers: it hands over the text of the file.
        kind = type(default).__name__ if pytest.version_tuple >= (8, 4) else None
        parser.addini(name, help_text, type=kind, default=default)  # type: ignore[arg-type]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Write down where root folder and register are, if the command started this pytest to know it."""
    target = os.environ.get(SETTINGS_VARIABLE)
    if not target:
        return None
    Path(target).write_text(f"{config.rootpath}\n{_find_register(config)}\n", encoding="utf-8")
    return 0


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Watch what the suite does while it is imported, if this process is to fork for its runs."""
    if TRIAL_VARIABLE in os.environ and OWNER_VARIABLE not in os.environ:
        from flake_quarantine.runner.trial_spec import TrialSpec

        if TrialSpec.read(os.environ[TRIAL_VARIABLE]).serves is not None:
            from flake_quarantine.trial.fork_server import watch_collection

            watch_collection(early_config)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks that this process needs; none at all in a plain run with an empty register."""
    if TRIAL_VARIABLE in os.environ and _is_own_trial(config):
        _register_trial(config, os.environ[TRIAL_VARIABLE])
    elif not (config.option.collectonly or config.option.no_quarantine):
        _register_ordinary_run(config)


def _is_own_trial(config: pytest.Config) -> bool:
    """Tell whether this pytest was started to measure, or is a worker of it: a test may start others, which inherit."""
    owner = os.environ.get(OWNER_VARIABLE)
    if owner is None:
        os.environ[OWNER_VARIABLE] = str(os.getpid())
        return True
    return hasattr(config, "workerinput") and owner == str(os.getppid())


def _register_trial(config: pytest.Config, spec_path: str) -> None:
    from flake_quarantine.runner.parent_watch import end_with_parent
    from flake_quarantine.runner.trial_spec import TrialSpec
    from flake_quarantine.trial.recorder import isolate, record_runs

    end_with_parent()
    isolate(config)
    spec = TrialSpec.read(spec_path)
    if spec.serves is not None:
        from flake_quarantine.trial.fork_server import ForkServer

        config.pluginmanager.register(ForkServer(config, spec.serves), "flake-quarantine-fork-server")
    elif not _is_controller(config):
        record_runs(config, spec)


def _register_ordinary_run(config: pytest.Config) -> None:
    path = _find_register(config)
    history = config.option.quarantine_history or config.getini("quarantine_history")
    is_controller, is_worker = _is_controller(config), hasattr(config, "workerinput")
    if not path.exists() and config.option.quarantine_file:
        raise pytest.UsageError(f"--quarantine-file: {path} does not exist")
    if not (path.exists() or (not is_worker and (history or is_controller))):
        return
    from flake_quarantine.errors import BrokenRegister
    from flake_quarantine.register import load

    try:
        register = load(path, config.rootpath)
    except BrokenRegister as error:
        raise pytest.UsageError(str(error)) from error
    if not is_posix():
        if register:
            raise pytest.UsageError(f"{NEEDS_POSIX}; --no-quarantine treats all tests alike")
        return
    if register:
        from flake_quarantine.pytest_plugin.failure_counters import FailureCounters

        config.pluginmanager.register(FailureCounters(config), "flake-quarantine-failure-counters")
    if register and not is_controller:
        from flake_quarantine.pytest_plugin.worker import WorkerHooks

        config.pluginmanager.register(WorkerHooks(config, register), "flake-quarantine-worker")
    if not is_worker and (register or history or is_controller):
        from flake_quarantine.pytest_plugin.controller import ControllerHooks

        config.pluginmanager.register(ControllerHooks(config, register, history), "flake-quarantine-controller")


def _find_register(config: pytest.Config) -> Path:
    return config.rootpath / Path(config.option.quarantine_file or config.getini("quarantine_file"))


def _is_controller(config: pytest.Config) -> bool:
    """Tell whether this process runs no test, but hands them to workers."""
    return config.getoption("dist", "no") != "no" and bool(config.getoption("tx", []))
