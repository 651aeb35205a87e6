"""Pure tests: modules that declare `pytestmark = pytest.mark.pure`, and the guard that holds them to it.

A pure test opens no socket, starts no process, and opens no file outside the folders for temporary files;
what Python opens to import a module is no part of that. The guard ends the test at the call that is not pure.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MARK = "mark.pure"
_CHECKOUT = str(Path(__file__).resolve().parents[1])
_EXAMPLES = f"{_CHECKOUT}{os.sep}.hypothesis"  # hypothesis keeps here what made a test fail
_STARTS_OR_CONNECTS = frozenset(
    {
        *("socket.__new__", "socket.bind", "socket.connect", "socket.getaddrinfo"),
        *("subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "pty.spawn"),
        *("ctypes.dlopen", "sqlite3.connect", "urllib.Request"),
    }
)
_TEMPORARY = tuple({os.path.realpath(folder) for folder in (tempfile.gettempdir(), "/tmp")})
_INSTALLED = tuple({os.path.realpath(folder) for folder in (sys.prefix, sys.base_prefix)})
_MODULES = (".py", ".pyc", ".pyi", ".so")


class ImpureTest(BaseException):
    """A test that is marked as pure has opened a socket, a process or a file; not caught by `except Exception`."""


class _Guard:
    """The audit hook of this process; Python has no call that removes one, so it is installed once."""

    def __init__(self) -> None:
        self.installed = False
        self.thread: int | None = None
        self.met: ImpureTest | None = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.thread is None or threading.get_ident() != self.thread:
            return
        if event in _STARTS_OR_CONNECTS or (event == "open" and not _may_open(*arguments)):
            self.met = ImpureTest(f"a pure test must not call {event}{arguments!r}")
            raise self.met


_GUARD = _Guard()


@contextmanager
def guarded() -> Iterator[None]:
    """Raise `ImpureTest` where this thread does what a pure test must not do, and again at the end if it was caught."""
    if not _GUARD.installed:
        sys.addaudithook(_GUARD)
        _GUARD.installed = True
    _GUARD.thread, _GUARD.met = threading.get_ident(), None
    try:
        yield
    finally:
        _GUARD.thread = None
    if _GUARD.met is not None:
        raise _GUARD.met


def declares_pure(path: Path) -> bool:
    """Whether the text of a test module has the mark: known without importing it."""
    return MARK in path.read_text("utf-8")


def _may_open(path: object, mode: object, flags: object) -> bool:
    """Whether a file may be opened: below a temporary folder, or a module or a file of an installed library to read."""
    if not isinstance(path, str | bytes | os.PathLike):
        return True  # a descriptor that is open already
    real = os.path.realpath(os.fsdecode(path))
    if _below(real, _EXAMPLES) or (_below(real, *_TEMPORARY) and not _below(real, _CHECKOUT)):
        return True
    reads = isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    return reads and (real.endswith(_MODULES) or _below(real, *_INSTALLED))


def _below(path: str, *folders: str) -> bool:
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)
