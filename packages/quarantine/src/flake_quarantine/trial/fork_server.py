"""A pytest process that collects once, and then forks for each run that it is asked for."""

from __future__ import annotations

import itertools
import json
import os
import random
import socket
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.node_ids import strip_group
from flake_quarantine.runner.parent_watch import end_with_parent
from flake_quarantine.runner.trial_spec import TrialSpec
from flake_quarantine.trial.collection_watch import CollectionWatch
from flake_quarantine.trial.fork_setup import redirect_output
from flake_quarantine.trial.forked_runs import ForkedRuns, leave
from flake_quarantine.trial.item_copies import copy_items

MAX_MESSAGE = 65536
MAX_HAZARDS = 100  # in the first message; a server without the files of these finds the others
WATCH: pytest.StashKey[CollectionWatch] = pytest.StashKey()


def watch_collection(config: pytest.Config) -> None:
    """Watch the collection of a fork server from now on."""
    _keep_reruns_local()
    config.stash[WATCH] = CollectionWatch()


def _keep_reruns_local() -> None:
    """Have pytest-rerunfailures count in each process: with xdist, it starts a thread that listens for workers."""
    plugin: Any = sys.modules.get("pytest_rerunfailures")
    if plugin is not None and hasattr(plugin, "HAS_PYTEST_HANDLECRASHITEM"):
        plugin.HAS_PYTEST_HANDLECRASHITEM = False


class ForkServer:
    """Serves runs on a socket instead of running what it has collected; `descriptor` is the socket's."""

    def __init__(self, config: pytest.Config, descriptor: int) -> None:
        self.channel = socket.socket(fileno=descriptor)
        self.channel.set_inheritable(False)
        self.watch = config.stash[WATCH]
        self.known: dict[str, pytest.Item] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None, object, object]:
        """Remember all tests, also those that another plugin leaves out."""
        found = list(items)
        result = yield
        self.known = {strip_group(item.nodeid): item for item in (*found, *items)}
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, object, object]:
        """Ascribe to each file what its collection does."""
        with self.watch.collect(collector.path, self.channel.fileno()):
            return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Say what speaks against forks, then run what is asked for until the other end is closed."""
        hazards = self.watch.find_hazards(self.channel.fileno())
        self._send(hazards=dict(itertools.islice(hazards.items(), MAX_HAZARDS)))
        random_state = random.getstate() if self.watch.seeded else None
        while message := self.channel.recv(MAX_MESSAGE):
            order = json.loads(message)
            spec = TrialSpec.read(order["spec"])
            items = copy_items(self.known, spec.parts or (), spec.seed)
            runs = ForkedRuns(session, items, spec, random_state)
            self._fork(runs, Path(order["output"]))
        return True

    def _fork(self, runs: ForkedRuns, output: Path) -> None:
        """Fork a process that leads a session of its own, and wait for it."""
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if not pid:
            leave(lambda: self._lead(runs, output))
        _, status, usage = os.wait4(pid, 0)
        self._send(status=os.waitstatus_to_exitcode(status), seconds=usage.ru_utime + usage.ru_stime)

    def _lead(self, runs: ForkedRuns, output: Path) -> None:
        os.setsid()
        end_with_parent()
        self._send(pid=os.getpid())
        self.channel.close()
        redirect_output(output)
        (runs.lead_workers if runs.spec.forks else runs.run_here)()

    def _send(self, **fields: object) -> None:
        self.channel.send(json.dumps(fields).encode())
