"""Watches a collection for what forks would share although processes of their own would not."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import random
import socket
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flake_quarantine.runner.process_stat import PARENT, list_processes, read_stat

# What each process does for itself, and forks inherit if the collection did it.
CHOICES: tuple[tuple[Any, str, str], ...] = (
    (tempfile, "mkdtemp", "a temporary folder was made"),
    (tempfile, "mkstemp", "a temporary file was made"),
    (tempfile, "NamedTemporaryFile", "a temporary file was made"),
    (socket.socket, "getsockname", "the address of a socket was asked for, which may have chosen a port"),
)
STANDARD_STREAMS = range(3)


class CollectionWatch:
    """Notes what is chosen, made or seeded from now on, until `find_hazard` says what speaks against forks.

    A socket that is bound and closed may only be a probe, such as for IPv6: a port is chosen by asking for its address.
    """

    def __init__(self) -> None:
        self.seeded = False  # whether the suite has chosen a seed, which every process of it has
        self._noted = ""
        self._replaced = contextlib.ExitStack()
        self._replace(random, "seed", self._note_seed)
        for owner, name, reason in CHOICES:
            self._replace(owner, name, functools.partial(self._note_choice, reason))
        self._replace(type(os.environ), "__getitem__", self._note_variable)

    def find_hazard(self, own_descriptor: int) -> str:
        """Stop watching, and return what forks would share; empty if there is nothing."""
        self._replaced.close()
        return self._noted or _find_thread() or _find_child() or next(_find_descriptors(own_descriptor), "")

    def _replace(self, owner: Any, name: str, note: Callable[..., None]) -> None:
        """Have a function call `note` first, with its own arguments; an audit hook would slow down the tests, too."""
        function, is_inherited = getattr(owner, name), name not in vars(owner)

        @functools.wraps(function)
        def noting(*arguments: Any, **options: Any) -> Any:
            note(*arguments, **options)
            return function(*arguments, **options)

        setattr(owner, name, noting)
        self._replaced.callback(*((delattr, owner, name) if is_inherited else (setattr, owner, name, function)))

    def _note_seed(self, *_: Any, **__: Any) -> None:
        self.seeded = True

    def _note_choice(self, reason: str, *_: Any, **__: Any) -> None:
        self._noted = self._noted or reason

    def _note_variable(self, _environ: Any, name: object) -> None:
        """Note that the suite has asked which worker it is in: forks get their names later."""
        if str(name).startswith("PYTEST_XDIST_"):
            self._noted = self._noted or f"{name} was read"


def list_descriptors() -> list[int]:
    """Return the descriptors that are open in this process."""
    return sorted(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208


def read_name(number: int) -> str:
    """Return what a descriptor is open for: a path, or a name such as `socket:[4711]`; raises OSError."""
    return str(Path(f"/proc/self/fd/{number}").readlink())


def _find_thread() -> str:
    """Name a thread other than this one, of Python or of a library: a fork would not have it."""
    count = len(os.listdir("/proc/self/task"))  # noqa: PTH208
    if count < 2:
        return ""
    names = [thread.name for thread in threading.enumerate() if thread is not threading.current_thread()]
    return f"the thread {names[0]} runs" if names else f"{count - 1} threads of a library run"


def _find_child() -> str:
    """Name a child process, with which every fork would talk."""
    for pid in list_processes():
        with contextlib.suppress(OSError):
            if int(read_stat(pid)[PARENT]) == os.getpid():
                return f"the process {Path(f'/proc/{pid}/comm').read_text().strip()} was started"
    return ""


def _find_descriptors(own: int) -> Iterator[str]:
    """Name what is open and has one state for all forks: sockets, pipes, event loops, and files such as databases."""
    for number in list_descriptors():
        if number in STANDARD_STREAMS or number == own:
            continue
        with contextlib.suppress(OSError):  # the listing's own is closed by now
            mode, name = os.fstat(number).st_mode, read_name(number)
            if stat.S_ISSOCK(mode):
                yield "a socket is open"
            elif stat.S_ISFIFO(mode):
                yield "a pipe is open"
            elif name.startswith("anon_inode:"):
                yield f"an event loop or the like is open ({name.removeprefix('anon_inode:').strip('[]')})"
            elif stat.S_ISREG(mode) and not is_unlinked(name) and fcntl.fcntl(number, fcntl.F_GETFL) & os.O_RDWR:
                yield f"{name} is open"


def is_unlinked(name: str) -> bool:
    """Tell whether a file has no name any more, as temporary ones have none: each fork gets a copy of these."""
    return name.endswith(" (deleted)")
