"""What happens in forks of a server: one process runs tests, or leads workers that share them."""

from __future__ import annotations

import os
import selectors
import sys
import traceback
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

from flake_quarantine.runner.parent_watch import end_with_parent
from flake_quarantine.runner.trial_spec import TrialSpec
from flake_quarantine.trial import fork_setup
from flake_quarantine.trial.item_queue import ItemQueue
from flake_quarantine.trial.recorder import record_runs

ENDED, BROKEN = 0, 3  # exit statuses; pytest's for an internal error


def leave(function: Callable[[], None]) -> NoReturn:
    """Call the function and end this fork in any case: it may never return into the server's pytest."""
    status = BROKEN
    try:
        function()
        status = ENDED
    except BaseException:  # noqa: BLE001 - a test may raise KeyboardInterrupt, or end pytest
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            try:
                if stream is not None:
                    stream.flush()
            except (OSError, ValueError):  # the test has closed it
                pass
        os._exit(status)


@dataclass
class ForkedRuns:
    """The tests of one spec, and the server's session in which they were collected."""

    session: pytest.Session
    items: Sequence[pytest.Item]
    spec: TrialSpec
    random_state: tuple[Any, ...] | None
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    gate: tuple[int, int] = (-1, -1)  # a pipe, at which workers wait for each other

    @property
    def folder(self) -> Path:
        """Where the logs are."""
        return Path(self.spec.log_folder)

    def run_here(self) -> None:
        """Run all tests in this process, one after the other."""
        self._set_up("0")
        waiting = iter(self.items)
        self._run_items(lambda: next(waiting, None))

    def lead_workers(self) -> None:
        """Fork the workers, and another one for each that died before all was done, until they have ended."""
        queue = ItemQueue(len(self.items), self.spec.forks, self.folder)
        selector = selectors.DefaultSelector()
        self.gate = os.pipe()
        for number in range(self.spec.forks):
            self._fork_worker(selector, queue, number, number)
        os.close(self.gate[1])
        for number in range(self.spec.forks, self.spec.forks + len(self.items)):
            slot = self._wait_for_dead_worker(selector, queue)
            if slot is None:
                break
            self._fork_worker(selector, queue, slot, number)
        while selector.get_map():
            self._wait_for_worker(selector)

    def _fork_worker(self, selector: selectors.BaseSelector, queue: ItemQueue, slot: int, number: int) -> None:
        if sys.platform != "linux":
            raise RuntimeError("runs are forked on Linux alone")
        pid = os.fork()
        if not pid:
            leave(lambda: self._work(queue, slot, number))
        selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, slot))

    def _wait_for_dead_worker(self, selector: selectors.BaseSelector, queue: ItemQueue) -> int | None:
        """Return the slot of a worker that has ended although there is something left; None if all is done."""
        while selector.get_map():
            slot = self._wait_for_worker(selector)
            if queue.has_left(slot):
                return slot
        return None

    def _wait_for_worker(self, selector: selectors.BaseSelector) -> int:
        """Wait until any worker has ended, and return its slot."""
        key = selector.select()[0][0]
        pid, slot = key.data
        os.waitpid(pid, 0)
        selector.unregister(key.fileobj)
        os.close(key.fd)
        return int(slot)

    def _work(self, queue: ItemQueue, slot: int, number: int) -> None:
        end_with_parent()
        fork_setup.become_worker(self.session.config, f"gw{number}", self.spec.forks, self.run)
        self._set_up(str(number))
        self._wait_for_others(number)
        held = [queue.take_held(slot)]

        def take() -> pytest.Item | None:
            at = held.pop() if held else queue.take(slot)
            return None if at is None else self.items[at]

        self._run_items(take)

    def _wait_for_others(self, number: int) -> None:
        """Wait until all workers are set up: the first one would otherwise run short tests before there is another.

        The gate's other end is closed in all processes then; a worker that takes the place of another one has none.
        """
        if number < self.spec.forks:
            os.close(self.gate[1])
        os.read(self.gate[0], 1)
        os.close(self.gate[0])

    def _set_up(self, name: str) -> None:
        config = self.session.config
        fork_setup.separate(config, self.folder.parent / f"t{name}", self.random_state)
        record_runs(config, self.spec)

    def _run_items(self, take: Callable[[], pytest.Item | None]) -> None:
        """Run what `take` returns until that is None, as pytest's own loop does."""
        process = os.getpid()
        item = take()
        while item is not None:
            following = take()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            # A test that has forked, and whose fork came back from it, is not run on in two processes.
            if os.getpid() != process or self.session.shouldfail or self.session.shouldstop:
                break
            item = following
