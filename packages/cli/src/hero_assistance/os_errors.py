"""What an error of the operating system means to the operator: the path, its owner and what to do about it."""

from __future__ import annotations

import errno
import os
import pwd
from pathlib import Path

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.shell_words import quote_command

_HINTS = {
    errno.ENOSPC: "free some space on this disk",
    errno.EDQUOT: "free some space: a quota is used up",
    errno.EROFS: "the file system is mounted read-only: mount it for writing, or set PATH_ROOT to another folder",
    errno.EMFILE: "raise the number of open files: ulimit -n 1024",
    errno.ENAMETOOLONG: "set PATH_ROOT to a shorter path",
    errno.EIO: "the disk is failing: the system's log says more",
}


class SystemFault(HeroError):
    """The operating system refused what a command needs."""

    reason = "system-fault"


def explain(error: OSError) -> SystemFault:
    """The error in one line, with the path and a hint that fits."""
    path = _path_of(error)
    reason = error.strerror or str(error)
    text = f"{path}: {reason}" if path else reason
    if error.errno in (errno.EACCES, errno.EPERM):
        return SystemFault(text, hint=_explain_owner(path))
    return SystemFault(text, hint=_HINTS.get(error.errno or 0))


def is_missing_part(error: OSError) -> bool:
    """Whether a file of this program is not there."""
    path = _path_of(error)
    program = Path(__file__).resolve().parents[1]
    return isinstance(error, FileNotFoundError) and path is not None and path.is_relative_to(program)


def _path_of(error: OSError) -> Path | None:
    named = error.filename2 or error.filename
    return Path(os.fsdecode(named)) if isinstance(named, (str, bytes)) else None


def _explain_owner(path: Path | None) -> str | None:
    """Who owns the path, or the folder nearest to it, and what to do about that."""
    found = next((place for place in [path, *path.parents] if _is_there(place)), None) if path else None
    if found is None:
        return None
    owner, me = found.lstat().st_uid, os.geteuid()
    if owner == me:
        return f"you own {found}: give yourself the right with: {quote_command('chmod', 'u+rwX', found)}"
    if owner == 0 and found.is_relative_to(Path.home()):
        mend = quote_command("sudo", "chown", "-R", _name(me), found)
        return f"{found} belongs to root, as after a run with sudo: {mend}"
    return f"{found} belongs to {_name(owner)}: run this as {_name(owner)}, or set PATH_ROOT to a folder of your own"


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except OSError:
        return False
    return True


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
