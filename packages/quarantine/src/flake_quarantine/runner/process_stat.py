"""What Linux' /proc says of one process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

# Places in what `read_stat` returns: the state, the parent, the process group, and ticks of the processors' time in
# user and in system mode, its own and those of the children that it has waited for.
STATE = 0
PARENT = 1
GROUP = 2
TICKS = slice(11, 15)


def read_stat(pid: int) -> list[str]:
    """Return the fields that follow the process's name, which may hold anything; raises OSError."""
    return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()


def list_processes() -> Iterator[int]:
    """Return the processes of this machine; none without /proc."""
    return (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
