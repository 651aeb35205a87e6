"""What the supervisor needs of /proc on Linux: without it no process can be recognised, so none could be ended."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hero_assistance_sdk.errors import HeroError

PROC = Path("/proc")
_NEEDED = ("self/stat", "sys/kernel/random/boot_id")
_HINT = "mount it: mount -t proc proc /proc; a container or a chroot needs one of its own"


class NoProcessTable(HeroError):
    """The system does not tell which processes run."""

    reason = "no-process-table"


def require_proc(proc: Path = PROC, platform: str = sys.platform) -> None:
    """Raise `NoProcessTable` on a Linux whose /proc is missing, in parts missing, or of other processes than ours."""
    if platform != "linux":
        return
    for name in _NEEDED:
        if not os.access(proc / name, os.R_OK):
            raise NoProcessTable(f"{proc / name} cannot be read: no process can be supervised without it", hint=_HINT)
    seen = (proc / "self").readlink().name
    if seen != str(os.getpid()):
        raise NoProcessTable(f"{proc} is that of another PID namespace: it shows this process as {seen}", hint=_HINT)
