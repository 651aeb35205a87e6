"""`hero_assistance logs --follow` as a real process, and its output so far."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from tests.supervisor.harness import DEADLINE_S, Harness, wait_for


class Follower:
    """A reader that follows an action's log from its first line on."""

    def __init__(self, output: Path) -> None:
        self._output = output

    def lines(self) -> list[str]:
        return self._output.read_text().splitlines()

    def wait_for(self, count: int, deadline_s: float = DEADLINE_S) -> list[str]:
        """The output once it has `count` lines."""
        wait_for(lambda: self._output.read_bytes().count(b"\n") >= count, f"{count} lines are shown", deadline_s)
        return self.lines()

    def wait_for_end(self, end: str, deadline_s: float = DEADLINE_S) -> list[str]:
        """The output once its last line ends like this."""
        wanted = f"{end}\n".encode()
        wait_for(lambda: self._output.read_bytes().endswith(wanted), f"{end} is shown", deadline_s)
        return self.lines()


@contextmanager
def follow_log(harness: Harness, action: str) -> Iterator[Follower]:
    shown = harness.paths.root / f"{action}.shown"
    command = [sys.executable, "-m", "hero_assistance", "logs", action, "--follow", "--lines", "1000000"]
    with shown.open("wb") as file:
        child = subprocess.Popen(command, env=harness.env, stdout=file)
    try:
        yield Follower(shown)
    finally:
        child.kill()
        child.wait(DEADLINE_S)


def numbers_by_writer(lines: list[str]) -> list[tuple[int, list[int]]]:
    """The pid and the numbers of each writer, in the order of the output."""
    pairs = [(int(pid), int(number)) for pid, number in (line.split() for line in lines)]
    return [(pid, [number for _pid, number in group]) for pid, group in groupby(pairs, key=lambda pair: pair[0])]
