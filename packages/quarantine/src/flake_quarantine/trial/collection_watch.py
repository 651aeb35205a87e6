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
    """Notes what is chosen, made or seeded from now on, until `find_hazards` says what speaks against forks.

    A socket that is bound and closed may only be a probe, such as for IPv6: a port is chosen by asking for its address.
    What is left open is ascribed to the file after which it was found first.
    """

    def __init__(self) -> None:
        self.seeded = False  # whether the suite has chosen a seed, which every process of it has
        self._place = ""  # the file or folder that is collected now; empty before, and for plugins
        self._noted: dict[str, str] = {}  # by place
        self._appeared: dict[str, str] = {}  # places, by what was found to be open or to run
        self._replaced = contextlib.ExitStack()
        self._replace(random, "seed", self._note_seed)
        for owner, name, reason in CHOICES:
            self._replace(owner, name, functools.partial(self._note_choice, reason))
        self._replace(type(os.environ), "__getitem__", self._note_variable)

    @contextlib.contextmanager
    def collect(self, place: Path, own_descriptor: int) -> Iterator[None]:
        """Ascribe to this file or folder what is chosen and left open while the block lasts."""
        self._ascribe(own_descriptor)  # what was open before is not of this place
        self._place = str(place)
        yield
        self._ascribe(own_descriptor)
        self._place = ""

    def _ascribe(self, own_descriptor: int) -> None:
        """Ascribe to the present place what is open now and was not found before."""
        for name in (*_find_threads(), *_find_descriptors(own_descriptor)):
            self._appeared.setdefault(name, self._place)

    def find_hazards(self, own_descriptor: int) -> dict[str, str]:
        """Stop watching, and return what forks would share, by the file or folder that it comes from, if it is known.

        Empty if there is nothing.
        """
        self._replaced.close()
        hazards = dict(self._noted)
        for name, reason in {**_find_threads(), **_find_children(), **_find_descriptors(own_descriptor)}.items():
            hazards.setdefault(self._appeared.get(name, ""), reason)
        return hazards

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
        self._noted.setdefault(self._place, reason)

    def _note_variable(self, _environ: Any, name: object) -> None:
        """Note that the suite has asked which worker it is in: forks get their names later."""
        if str(name).startswith("PYTEST_XDIST_"):
            self._noted.setdefault(self._place, f"{name} was read")


def list_descriptors() -> list[int]:
    """Return the descriptors that are open in this process."""
    return sorted(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208


def read_name(number: int) -> str:
    """Return what a descriptor is open for: a path, or a name such as `socket:[4711]`; raises OSError."""
    return str(Path(f"/proc/self/fd/{number}").readlink())


def _find_threads() -> dict[str, str]:
    """Describe the threads other than this one, of Python or of a library, by their numbers: no fork has them."""
    numbers = [int(name) for name in os.listdir("/proc/self/task")]  # noqa: PTH208
    names = {thread.native_id: f"the thread {thread.name} runs" for thread in threading.enumerate()}
    own = threading.get_native_id()
    return {f"thread {number}": names.get(number, "a thread of a library runs") for number in numbers if number != own}


def _find_children() -> dict[str, str]:
    """Describe the child processes, with which every fork would talk, by their numbers."""
    found = {}
    for pid in list_processes():
        with contextlib.suppress(OSError):
            if int(read_stat(pid)[PARENT]) == os.getpid():
                found[f"process {pid}"] = f"the process {Path(f'/proc/{pid}/comm').read_text().strip()} was started"
    return found


def _find_descriptors(own: int) -> dict[str, str]:
    """Describe what is open and has one state for all forks, by number and name.

    These are sockets, pipes, event loops, and files such as databases.
    """
    found = {}
    for number in list_descriptors():
        if number in STANDARD_STREAMS or number == own:
            continue
        with contextlib.suppress(OSError):  # the listing's own is closed by now
            name = read_name(number)
            if reason := _describe_descriptor(number, name):
                found[f"{number} {name}"] = reason
    return found


def _describe_descriptor(number: int, name: str) -> str:
    """Say what forks would share by a descriptor; empty if they may. Raises OSError if it is closed."""
    mode = os.fstat(number).st_mode
    if stat.S_ISSOCK(mode):
        return "a socket is open"
    if stat.S_ISFIFO(mode):
        return "a pipe is open"
    if name.startswith("anon_inode:"):
        return f"an event loop or the like is open ({name.removeprefix('anon_inode:').strip('[]')})"
    if stat.S_ISREG(mode) and not is_unlinked(name) and fcntl.fcntl(number, fcntl.F_GETFL) & os.O_RDWR:
        return f"{name} is open"
    return ""


def is_unlinked(name: str) -> bool:
    """Tell whether a file has no name any more, as temporary ones have none: each fork gets a copy of these."""
    return name.endswith(" (deleted)")
