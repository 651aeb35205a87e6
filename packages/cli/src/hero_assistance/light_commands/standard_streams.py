"""Standard streams that are closed, full or not read any more: they never stop work that has begun."""

from __future__ import annotations

import io
import os
import select
import sys
from typing import TYPE_CHECKING

from hero_assistance_sdk.zipapp.standard_descriptors import open_standard_descriptors

if TYPE_CHECKING:
    from typing_extensions import Buffer

_STDIN, _STDOUT, _STDERR = 0, 1, 2


def protect_streams() -> None:
    """Make what is printed on standard error optional, and open what the caller has closed."""
    open_standard_descriptors()
    sys.stdin = sys.stdin or open(_STDIN, closefd=False)  # noqa: SIM115
    sys.stdout = sys.stdout or open(_STDOUT, "w", closefd=False)  # noqa: SIM115
    encoding = sys.stderr.encoding if sys.stderr else "utf-8"
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(_Optional(_STDERR, "wb", closefd=False)),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=True,
    )


def discard_output() -> None:
    """Print to nowhere from now on, after the reader of standard output has left."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, _STDOUT)
    os.close(null)


def is_output_unread() -> bool:
    """Whether standard output is a pipe or a terminal whose reader has left."""
    poll = select.poll()
    poll.register(_STDOUT, 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


class _Optional(io.FileIO):
    """A file in which a failed write is no failure."""

    def write(self, data: Buffer) -> int:
        """Write, or drop what cannot be written."""
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes
