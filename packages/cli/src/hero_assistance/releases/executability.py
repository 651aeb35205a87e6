"""Whether programs may run from a folder, found out by running one there."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from hero_assistance.releases.errors import NotExecutable

_PROGRAM = "#!/bin/sh\nexit 0\n"
# Under `.new-`, so that the next install removes what a kill leaves behind.
_PREFIX = ".new-program-"
_TIMEOUT_S = 10.0


def check_executability(folder: Path) -> None:
    """Run a small program from the folder; raises `NotExecutable` when the system refuses that."""
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    program = Path(name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(_PROGRAM)
            os.fchmod(file.fileno(), 0o700)
        subprocess.run([program], check=False, capture_output=True, timeout=_TIMEOUT_S)
    except PermissionError as error:
        reason = "its file system is mounted noexec" if _is_noexec(folder) else str(error.strerror)
        raise NotExecutable(
            f"programs cannot run from {folder}: {reason}",
            hint="set PATH_ROOT, or PATH_VAR, to a folder that programs may run from; nothing was switched",
        ) from error
    finally:
        program.unlink(missing_ok=True)


def _is_noexec(folder: Path) -> bool:
    return bool(os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0))
