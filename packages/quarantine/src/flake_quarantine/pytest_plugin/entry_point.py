"""The entry point of the pytest plugin: finds out what this process is, and imports only what that needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flake_quarantine.constants import DEFAULT_REGISTER, TRIAL_VARIABLE


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and settings."""
    group = parser.getgroup("flake-quarantine", "quarantine of tests that fail only while other tests run")
    group.addoption("--quarantine-file", metavar="PATH", help=f"the register (default: {DEFAULT_REGISTER})")
    group.addoption("--quarantine-history", metavar="PATH", help="append outcomes to this SQLite file")
    group.addoption("--no-quarantine", action="store_true", help="treat quarantined tests like all others")
    parser.addini("quarantine_file", "the register of quarantined tests", default=DEFAULT_REGISTER)
    parser.addini("quarantine_history", "SQLite file that outcomes are appended to", default="")
    parser.addini(
        "quarantine_alone_runs", "how often a failed test is run again alone, at most; 0: never", type="int", default=3
    )
    parser.addini("quarantine_hang_seconds", "when a hanging quarantined test is ended", type="float", default=300.0)
    parser.addini("quarantine_alone_seconds", "how long one run alone may take", type="float", default=60.0)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks that this process needs; none at all in a plain run with an empty register."""
    if TRIAL_VARIABLE in os.environ:
        _register_trial(config, os.environ[TRIAL_VARIABLE])
    elif not (config.option.collectonly or config.option.no_quarantine):
        _register_ordinary_run(config)


def _register_trial(config: pytest.Config, spec_path: str) -> None:
    from flake_quarantine.pytest_plugin.trial import RepeatSkipper, TrialRecorder, isolate
    from flake_quarantine.runner.trial_spec import TrialSpec

    isolate(config)
    if not _is_controller(config):
        recorder = TrialRecorder(config, TrialSpec.read(spec_path))
        config.pluginmanager.register(recorder, "flake-quarantine-trial-recorder")
        config.pluginmanager.register(RepeatSkipper(recorder), "flake-quarantine-repeat-skipper")


def _register_ordinary_run(config: pytest.Config) -> None:
    path = config.rootpath / Path(config.option.quarantine_file or config.getini("quarantine_file"))
    history = config.option.quarantine_history or config.getini("quarantine_history")
    is_controller, is_worker = _is_controller(config), hasattr(config, "workerinput")
    if not path.exists() and config.option.quarantine_file:
        raise pytest.UsageError(f"--quarantine-file: {path} does not exist")
    if not (path.exists() or (not is_worker and (history or is_controller))):
        return
    from flake_quarantine.errors import BrokenRegister
    from flake_quarantine.register import load

    try:
        register = load(path)
    except BrokenRegister as error:
        raise pytest.UsageError(str(error)) from error
    if register and not is_controller:
        from flake_quarantine.pytest_plugin.worker import WorkerHooks

        config.pluginmanager.register(WorkerHooks(config, register), "flake-quarantine-worker")
    if not is_worker and (register or history or is_controller):
        from flake_quarantine.pytest_plugin.controller import ControllerHooks

        config.pluginmanager.register(ControllerHooks(config, register, history), "flake-quarantine-controller")


def _is_controller(config: pytest.Config) -> bool:
    """Tell whether this process runs no test, but hands them to workers."""
    return config.getoption("dist", "no") != "no" and bool(config.getoption("tx", []))
