"""The people of a desk as processes, each on a machine of its own, and what they said: the record of what was done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.builds import ROOT
from tests.fleet.overlay import Overlay
from tests.fleet.person import Who

# For a step of a person, on a machine with much else to do, while a database is away.
STEP_S = 180.0
_END_S = 30.0
_Fact = dict[str, Any]


@dataclass
class RunningPerson:
    """A person's process; `facts` are the lines that it printed."""

    who: Who
    process: subprocess.Popen[str]
    log: Path
    facts: list[_Fact] = field(default_factory=list)
    _said: threading.Condition = field(default_factory=threading.Condition)

    def find(self, fact: str) -> list[_Fact]:
        """The facts of one kind, in their order."""
        with self._said:
            return [one for one in self.facts if one["fact"] == fact]

    def count_done(self) -> int:
        """How many commands of this person were acknowledged."""
        return len(self.find("filed")) + len(self.find("written"))

    def tell(self, word: str) -> None:
        """Send a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until what this person said makes a condition true."""
        with self._said:
            found = self._said.wait_for(lambda: condition() or self._has_failed(), STEP_S)
            last = "\n".join(map(str, self.facts[-12:]))
        is_well = found and not self._has_failed()
        assert is_well, f"{self.who.name}: {what}\n{last}\n{self.log.read_text()[-2000:]}"

    def wait_for(self, fact: str) -> None:
        """Wait until this was said."""
        self.wait_until(lambda: bool(self.find(fact)), fact)

    def wait_for_work(self, done: int, heard: int) -> None:
        """Wait until so many commands were acknowledged, and so many events heard of."""
        self.wait_until(lambda: self.count_done() >= done, f"has done {done}")
        self.wait_until(lambda: len(self.find("heard")) >= heard, f"has heard {heard}")

    def listen(self) -> None:
        """Keep the lines until there are no more."""
        for line in self.process.stdout or ():
            with self._said:
                self.facts.append(json.loads(line))
                self._said.notify_all()
        with self._said:
            self.facts.append({"fact": "ended"})
            self._said.notify_all()

    def _has_failed(self) -> bool:
        return bool(self.find("failed") or self.find("leak") or self.find("ended"))


@dataclass(frozen=True)
class People:
    """All who work at a desk."""

    all: tuple[RunningPerson, ...]

    def wait_for_work(self, done_by_each: int) -> None:
        """Wait until each has done so much more, and has heard what others did since."""
        before = [(one.count_done(), len(one.find("heard"))) for one in self.all]
        for one, (done, heard) in zip(self.all, before, strict=True):
            one.wait_for_work(done + done_by_each, heard + 1)

    def finish(self) -> None:
        """Have everybody end their work, and then read to the end of the events."""
        for word, fact in (("stop", "stopped"), ("finish", "listed")):
            for one in self.all:
                one.tell(word)
            for one in self.all:
                one.wait_for(fact)


@contextmanager
def working_people(overlay: Overlay, everybody: Sequence[Who]) -> Iterator[People]:
    """Have these people sign in, each on a machine of its own, and work until the end of the context."""
    with ExitStack() as ends:
        people = People(tuple(_start(ends, overlay, who) for who in everybody))
        for one in people.all:
            one.wait_for("signed-in")
        yield people


def _start(ends: ExitStack, overlay: Overlay, who: Who) -> RunningPerson:
    host, _ = overlay.start_machine(ends)
    root = Path(who.root)
    root.mkdir()
    log = root / "person.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*host.enter_alone(), sys.executable, "-m", "tests.fleet.person"],
            cwd=ROOT,
            env={**os.environ, "HOME": str(root), "PATH_ROOT": str(root / "hero")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    person = RunningPerson(who, process, log)
    listener = threading.Thread(target=person.listen)
    listener.start()
    ends.callback(_end, process, listener)
    person.tell(who.serialize())
    return person


def _end(process: subprocess.Popen[str], listener: threading.Thread) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.close()
        process.wait(_END_S)
    finally:
        process.kill()
        process.wait(_END_S)
        listener.join()
        process.stdout.close()
