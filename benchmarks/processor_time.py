"""How long processes have run, which other work on the machine changes less than the clock."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")


def list_family(pid: int) -> list[int]:
    """Return a process and its children."""
    children = (_PROC / str(pid) / "task" / str(pid) / "children").read_text()
    return [pid, *map(int, children.split())]


def run_s(pids: Iterable[int]) -> float:
    """Return the seconds that the living threads of these processes have run."""
    found = 0
    for pid in pids:
        # A thread, or a process, may end meanwhile.
        with suppress(FileNotFoundError, ProcessLookupError):
            for task in (_PROC / str(pid) / "task").iterdir():
                with suppress(FileNotFoundError, ProcessLookupError):
                    found += int((task / "schedstat").read_text().split()[0])
    return found / 1e9
