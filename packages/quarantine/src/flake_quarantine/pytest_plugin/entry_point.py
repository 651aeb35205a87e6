"""The entry point of the pytest plugin: decides what this process is, and loads only what that needs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DEFAULT_PATH = "tests/quarantine.toml"
TRIAL = "FLAKE_QUARANTINE_TRIAL"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and settings."""
    group = parser.getgroup("flake-quarantine", "quarantine of tests that fail only beside others")
    group.addoption("--quarantine-file", metavar="PATH", help="the register (default: tests/quarantine.toml)")
    group.addoption("--quarantine-history", metavar="PATH", help="append outcomes to this SQLite file")
    group.addoption("--no-quarantine", action="store_true", help="treat quarantined tests like all others")
    parser.addini("quarantine_file", "the register of quarantined tests", default=DEFAULT_PATH)
    parser.addini("quarantine_history", "SQLite file that outcomes are appended to", default="")
    parser.addini(
        "quarantine_alone_runs", "how often a failed test is run again alone, at most; 0: never", type="int", default=3
    )
    parser.addini("quarantine_hang_seconds", "when a hanging quarantined test is ended", type="float", default=300.0)
    parser.addini("quarantine_alone_seconds", "how long one run alone may take", type="float", default=60.0)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register what this process needs; nothing at all in a plain run with an empty register."""
    if TRIAL in os.environ:
        _configure_trial(config, os.environ[TRIAL])
    elif not (config.option.collectonly or config.option.no_quarantine):
        _configure_run(config)


def _configure_trial(config: pytest.Config, spec_path: str) -> None:
    from flake_quarantine.pytest_plugin.trial import Once, Trial, neutralise
    from flake_quarantine.runner.trial_log import Spec

    neutralise(config)
    if not _distributes(config):
        trial = Trial(config, Spec.read(spec_path))
        config.pluginmanager.register(trial, "flake-quarantine-trial")
        config.pluginmanager.register(Once(trial), "flake-quarantine-once")


def _configure_run(config: pytest.Config) -> None:
    path = config.rootpath / Path(config.option.quarantine_file or config.getini("quarantine_file"))
    history = config.option.quarantine_history or config.getini("quarantine_history")
    worker = hasattr(config, "workerinput")
    if not path.exists() and config.option.quarantine_file:
        raise pytest.UsageError(f"--quarantine-file: {path} does not exist")
    if not (path.exists() or (not worker and (history or _distributes(config)))):
        return
    from flake_quarantine.errors import BrokenRegister
    from flake_quarantine.register import load

    try:
        register = load(path)
    except BrokenRegister as error:
        raise pytest.UsageError(str(error)) from error
    shields = bool(register) and not _distributes(config)
    supervises = not worker and bool(register or history or _distributes(config))
    if not (shields or supervises):
        return
    from flake_quarantine.pytest_plugin.controller import Shield, Supervisor

    if shields:
        config.pluginmanager.register(Shield(config, register), "flake-quarantine-shield")
    if supervises:
        config.pluginmanager.register(Supervisor(config, register, history), "flake-quarantine-supervisor")


def _distributes(config: pytest.Config) -> bool:
    """Whether this process only hands tests to others."""
    return config.getoption("dist", "no") != "no" and bool(config.getoption("tx", []))
