"""The plugin inside a measuring process: multiplies and shuffles tests, and writes down how each run went."""

from __future__ import annotations

import copy
import fcntl
import os
import random
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import pytest

from flake_quarantine.pytest_plugin.audit_hook import Watch
from flake_quarantine.pytest_plugin.failure_signature import signature_of
from flake_quarantine.register import without_group
from flake_quarantine.runner.trial_log import Outcome, Spec, Writer

LONGEST_TEXT = 4000
GIL_SLICE = 400_000  # iterations of C code that keep the interpreter lock for some ten milliseconds


CACHING_PLUGINS = ("lfplugin", "lfplugin-collwrapper", "nfplugin", "stepwiseplugin")


class Neutral:
    """Takes part in every process of a trial: nothing is left behind in pytest's cache."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Remove the plugins that select tests by earlier runs, and write down this one."""
        for name in CACHING_PLUGINS:
            if self.config.pluginmanager.has_plugin(name):
                self.config.pluginmanager.unregister(name=name)


def neutralise(config: pytest.Config) -> None:
    """Switch off what would stop the trial early or write over files of the run that asked for it."""
    config.pluginmanager.register(Neutral(config), "flake-quarantine-neutral")
    for option, value in {"xmlpath": None, "maxfail": 0, "usepdb": False, "basetemp": None, "stepwise": False}.items():
        if hasattr(config.option, option) and not (option == "basetemp" and hasattr(config, "workerinput")):
            setattr(config.option, option, value)


class Trial:
    """Records every run of every test in this process."""

    def __init__(self, config: pytest.Config, spec: Spec) -> None:
        self.spec = spec
        workerinput: dict[str, str] = getattr(config, "workerinput", {})
        self.writer = Writer(spec.out, workerinput.get("workerid", "alone"))
        self.watch = Watch() if spec.watch else None
        self.ran: set[str] = set()
        self.current: pytest.Item | None = None
        self.outcome = Outcome.PASSED
        self.signature = self.text = ""
        self.rootdir = str(config.rootpath)
        for _ in range(spec.loop_noise):
            threading.Thread(target=_hold_the_lock, daemon=True).start()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Replace what was collected by the copies that were asked for, in shuffled order."""
        collected = [without_group(item.nodeid) for item in items]
        parts = self.spec.parts
        self.writer.write(collected=collected if parts is None else [], rootdir=self.rootdir)
        if parts is not None:
            known = dict(zip(collected, items, strict=True))
            items[:] = _dealt(_multiplied(known, parts, self.spec.seed), self.spec.workers)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Write down start and end of one run."""
        nodeid = without_group(item.nodeid)
        self.current = None if nodeid in self.spec.once and nodeid in self.ran else item
        if self.current is None:
            return (yield)
        self.ran.add(nodeid)
        lock = self._wait_for_turn(nodeid)
        self.outcome, self.signature, self.text = Outcome.PASSED, "", ""
        self.writer.write(nodeid=nodeid, start=time.monotonic())
        if self.watch:
            self.watch.begin()
        try:
            return (yield)
        finally:
            touched = self.watch.end() if self.watch else ()
            self._ended(touched)
            if lock is not None:
                os.close(lock)

    def passed_over(self, item: pytest.Item) -> bool:
        """Whether this process has run the test before and must not run it again."""
        return self.current is not item

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Take the worst of setup, call and teardown."""
        report = yield
        if report.failed:
            self._failed(report)
        elif report.skipped and not hasattr(report, "wasxfail") and self.outcome is Outcome.PASSED:
            self.outcome = Outcome.SKIPPED
        return report

    def _failed(self, report: pytest.TestReport) -> None:
        if self.outcome is Outcome.FAILED:
            return
        self.outcome = Outcome.FAILED
        crash = getattr(report.longrepr, "reprcrash", None)
        message = crash.message if crash is not None else str(report.longrepr)
        self.signature = signature_of(report.nodeid.split("::")[0], message, report.when)
        self.text = str(report.longrepr)[-LONGEST_TEXT:]

    def _ended(self, touched: tuple[str, ...]) -> None:
        self.writer.write(
            stop=time.monotonic(), outcome=self.outcome, signature=self.signature, text=self.text, touched=touched
        )

    def _wait_for_turn(self, nodeid: str) -> int | None:
        """Hold a lock for tests of which no two copies may run at a time; the kernel frees it if the process dies."""
        if nodeid not in self.spec.serial:
            return None
        lock = os.open(Path(self.spec.out) / "turn.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock


class Once:
    """Passes over copies of a test that this process has run already."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Do nothing but end what the item after this one does not need."""
        if not self.trial.passed_over(item):
            return None
        item.session._setupstate.teardown_exact(nextitem)
        return True


def _multiplied(items: Mapping[str, pytest.Item], parts: Sequence[Mapping[str, int]], seed: int) -> list[pytest.Item]:
    """The parts, each shuffled, one after the other; of an item, every copy but one has a state of its own."""
    chance = random.Random(seed)  # noqa: S311 - every worker must come to the same order
    wanted = []
    for part in parts:
        names = [nodeid for nodeid, count in part.items() if nodeid in items for _ in range(count)]
        chance.shuffle(names)
        wanted += names
    unused = set(items)
    multiplied = []
    for nodeid in wanted:
        multiplied.append(items[nodeid] if nodeid in unused else _clone(items[nodeid]))
        unused.discard(nodeid)
    return multiplied


def _dealt(items: Sequence[pytest.Item], workers: int) -> list[pytest.Item]:
    """The items in the order that has the workers go through them side by side: each is given an equal slice."""
    return [item for worker in range(workers) for item in items[worker::workers]]


def _clone(item: pytest.Item) -> pytest.Item:
    clone = copy.copy(item)
    clone.stash = pytest.Stash()
    clone.user_properties = []
    clone._report_sections = []
    # The runner makes fixtures anew for an item without a request, as it does for reruns.
    if hasattr(clone, "_request"):
        clone._request = False
    clone.__dict__.pop("_instance", None)
    return clone


def _hold_the_lock() -> None:
    """Starve event loops: keep the interpreter lock in slices, until the process ends."""
    while True:
        sum(range(GIL_SLICE))
        time.sleep(0.002)
