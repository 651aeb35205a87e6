"""What is asked of a supervisor in a comparison, and how its processes are seen from outside."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hero_assistance.supervisor.process.process_table import list_processes, read_inherited, read_process
from hero_assistance_sdk.net.peer_credentials import read_peer_pid

DEADLINE_S = 30.0
CHILD = Path(__file__).with_name("child.py")
# What every process of a comparison carries, so that none of them is overlooked or left behind.
MARK = "PATH_ROOT"
_ASK = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
_LOOK_S = 0.001
_SWEEPS = 200


class NotMeasured(Exception):
    """A contender did not get as far as it had to; the text says where it stopped."""


@dataclass(frozen=True)
class Program:
    """Something to supervise: it is well when it answers on every one of its sockets."""

    name: str
    argv: tuple[str, ...]
    sockets: tuple[Path, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def child(folder: Path, act: str, *, name: str = "child") -> Program:
    """The child of all comparisons, doing `act`; its ledger is `<name>.ledger`."""
    path = folder / f"{name}.sock"
    argv = (sys.executable, "-I", "-S", str(CHILD), act, str(path), str(folder / f"{name}.ledger"))
    return Program(name, argv, (path,))


class Contender(ABC):
    """A supervisor over a folder of its own and the programs that it is to run."""

    name: str
    # Why it is skipped where it is missing.
    needs: tuple[str, ...] = ()
    package: str = ""

    def __init__(self, folder: Path, programs: Sequence[Program]) -> None:
        self.folder = folder
        self.programs = tuple(programs)
        self.top: subprocess.Popen[bytes] | None = None

    @classmethod
    def lacks(cls) -> str | None:
        """The first program that it needs and that is not there."""
        return next((name for name in cls.needs if not tool(name)), None)

    @abstractmethod
    def command(self) -> list[str]:
        """The command line of the supervisor, after writing what it reads."""

    def begin(self) -> None:
        """Start the supervisor; its programs start by themselves."""
        self.top = self._launch(self.command())

    def again(self) -> None:
        """Start it once more after its death, as what started it would."""
        assert self.top is not None  # noqa: S101
        if self.top.poll() is not None:
            self.begin()

    @abstractmethod
    def stop(self, program: Program) -> None:
        """Stop one program, and return when the supervisor says that it is stopped."""

    @abstractmethod
    def restart(self) -> None:
        """Restart every program, and return when the supervisor says that it runs."""

    @abstractmethod
    def read_written(self, program: Program) -> bytes:
        """Everything that is kept of a program's output."""

    def supervising(self) -> set[int]:
        """The supervisor's own processes: all but the programs and what these started."""
        lines = [" ".join(program.argv) for program in self.programs]
        return {pid for pid, found in self.living().items() if not any(line in found for line in lines)}

    def living(self) -> dict[int, str]:
        """Every process of this comparison, with its command line."""
        found = {}
        for pid in list_processes():
            with contextlib.suppress(OSError):
                line = " ".join(Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")[:-1])
                if str(self.folder) in line or read_inherited(pid, MARK) == str(self.folder):
                    found[pid] = line
        found.pop(os.getpid(), None)
        return found

    def running(self, program: Program) -> set[int]:
        """The processes of a program."""
        line = " ".join(program.argv)
        return {pid for pid, found in self.living().items() if line in found and not found.startswith("/bin/sh")}

    def parent(self, program: Program) -> int:
        """Who started the process that answers."""
        (pid,) = (answering(path) for path in program.sockets[:1])
        row = read_process(pid) if pid else None
        if row is None:
            raise NotMeasured(f"{self.name}: {program.name} does not answer")
        return row.parent

    def until_well(self) -> None:
        """Return once every program answers on every socket."""
        for program in self.programs:
            for path in program.sockets:
                until(lambda path=path: answering(path) is not None, f"{self.name}: {program.name} answers")  # type: ignore[misc]

    def sweep(self) -> None:
        """End everything that is left."""
        for _round in range(_SWEEPS):
            left = self.living()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if self.top is not None:
                self.top.poll()
            if not left:
                return
            time.sleep(_LOOK_S)

    def _launch(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self.folder / "supervisor.out").open("ab") as output:
            return subprocess.Popen(
                command, env=self.environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def environment(self) -> dict[str, str]:
        """What everything of this comparison is started with."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), MARK: str(self.folder)}

    def script(self, program: Program, redirect: str = "2>&1") -> str:
        """A run script for the supervisors that want one."""
        lines = [f"export {name}={quote(value)}" for name, value in program.env.items()]
        return "\n".join(["#!/bin/sh", *lines, f"exec {' '.join(map(quote, program.argv))} {redirect}\n"])


@contextmanager
def contest(kind: Callable[[Path, Sequence[Program]], Contender], *acts: str) -> Iterator[Contender]:
    """Run the child with these orders under a contender until it is healthy; clean up afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="hb", dir="/tmp"))
    contender = kind(folder, [child(folder, act, name=f"child{number}") for number, act in enumerate(acts)])
    try:
        contender.begin()
        contender.until_well()
        yield contender
    finally:
        contender.sweep()
        shutil.rmtree(folder, ignore_errors=True)


def answering(path: Path) -> int | None:
    """The pid of who answers `GET /health` on a socket, or `None`."""
    with socket.socket(socket.AF_UNIX) as opened:
        opened.settimeout(DEADLINE_S)
        try:
            opened.connect(str(path))
            opened.sendall(_ASK)
            if b" 200 " not in opened.recv(64):
                return None
        except OSError:
            return None
        return read_peer_pid(opened)


def until(condition: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Return once `condition` holds; raises `NotMeasured` after the deadline."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > deadline:
            raise NotMeasured(f"not within {deadline_s:g} s: {what}")
        time.sleep(_LOOK_S)


def tool(name: str) -> str | None:
    """Return a program from this interpreter's folder, or from the path."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def quote(word: str) -> str:
    """A word as a shell reads it back."""
    return "'" + word.replace("'", "'\\''") + "'"


def run(*command: str | Path, env: Mapping[str, str]) -> str:
    """Run a command that must succeed; raises `NotMeasured` with what it said."""
    program = str(command[0]) if isinstance(command[0], Path) else str(tool(command[0]))
    done = subprocess.run(
        [program, *map(str, command[1:])],
        env=dict(env),
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S * 2,
    )
    if done.returncode:
        raise NotMeasured(f"{command[0]} ended with status {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout
