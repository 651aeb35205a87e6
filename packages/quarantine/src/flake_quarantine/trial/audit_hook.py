"""Notes the resources that a test touches, by Python's audit events: ports, files, variables, temporary paths."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# The argument of each event that is the path which it changes.
PATH_EVENTS = {
    "os.mkdir": 0,
    "os.rename": 1,
    "os.remove": 0,
    "os.rmdir": 0,
    "os.link": 1,
    "os.symlink": 1,
    "sqlite3.connect": 0,
}
VARIABLE_EVENTS = ("os.putenv", "os.unsetenv")
IGNORED_PATHS = ("__pycache__", ".pyc", ".pytest_cache", "/dev/", "/proc/", "pytest-of-", ".jsonl")
# pytest itself writes this one for every test.
IGNORED_VARIABLES = ("PYTEST_CURRENT_TEST",)


class AuditHook:
    """Collects what is touched while a test runs; Python keeps an audit hook until the process ends.

    What is in the trial's own folder is left out: its logs, and the temporary folders of forks.
    """

    def __init__(self, own_folder: Path) -> None:
        self.touched: set[str] | None = None
        self._ignored = (*IGNORED_PATHS, f"{own_folder.resolve()}/")
        self._temporary = os.path.realpath(tempfile.gettempdir())
        sys.addaudithook(self._handle)

    def start(self) -> None:
        """Start collecting for one test."""
        self.touched = set()

    def stop(self) -> tuple[str, ...]:
        """Stop collecting, and return what the test touched, such as `port 5000` or `file /tmp/x`, sorted."""
        touched, self.touched = self.touched or set(), None
        return tuple(sorted(touched))

    def _handle(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.touched is None:
            return
        if event == "open":
            self._note_open(*arguments[:3])
        elif event == "socket.bind":
            self._note_bind(arguments[1])
        elif event in VARIABLE_EVENTS:
            self._note_variable(arguments[0])
        elif event in PATH_EVENTS:
            self._note_path(arguments[PATH_EVENTS[event]])

    def _note_open(self, path: object, mode: object, flags: object) -> None:
        writes = isinstance(flags, int) and flags & WRITING
        if writes or (isinstance(mode, str) and set(mode) & set("wax+")):
            self._note_path(path)

    def _note_bind(self, address: object) -> None:
        if isinstance(address, tuple) and len(address) > 1 and address[1]:
            self._note(f"port {address[1]}")
        elif isinstance(address, str | bytes) and address:
            self._note(f"socket {os.fsdecode(address)}")

    def _note_variable(self, name: object) -> None:
        text = os.fsdecode(name) if isinstance(name, str | bytes) else ""
        if text and text not in IGNORED_VARIABLES:
            self._note(f"variable {text}")

    def _note_path(self, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        text = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - an audit hook must not raise events of its own
        if any(part in text for part in self._ignored):
            return
        kind = "temporary path" if text.startswith(self._temporary) else "file"
        self._note(f"{kind} {text}")

    def _note(self, text: str) -> None:
        if self.touched is not None:
            self.touched.add(text)
