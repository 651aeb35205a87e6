"""What an error of the operating system means to the operator: the path, its owner and what to do about it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.shell_words import quote_command

# The disk takes no more, whether the disk or a quota says so.
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_HINTS = {
    errno.ENOSPC: "free some space on this disk",
    errno.EDQUOT: "free some space: a quota is used up",
    errno.EROFS: "the file system is mounted read-only: mount it for writing, or set PATH_ROOT to another folder",
    errno.EMFILE: "raise the number of open files: ulimit -n 1024",
    errno.ENFILE: "this machine has too many open files: end what holds them, or raise fs.file-max",
    errno.EFBIG: "a limit on the size of files is in the way: ulimit -f unlimited",
    errno.ENOMEM: "free some memory",
    errno.ENAMETOOLONG: "set PATH_ROOT to a shorter path",
    errno.EIO: "the disk is failing: the system's log says more",
}
_REFUSED = frozenset({errno.EACCES, errno.EPERM})


class SystemFault(HeroError):
    """The operating system refused what a program needs."""

    reason = "system-fault"


def explain(error: OSError) -> SystemFault:
    """The error in one line, with the path and a hint that fits."""
    path = find_path(error)
    reason = error.strerror or str(error)
    text = f"{path}: {reason}" if path else reason
    return SystemFault(text, hint=choose_hint(error))


def choose_hint(error: OSError, path: Path | None = None) -> str | None:
    """What to do about an error, where that is known; `path` is what was used, if the error does not name it."""
    if error.errno in _REFUSED:
        named = find_path(error) or path
        return explain_owner(named) if named else None
    return _HINTS.get(error.errno or 0)


def is_of_the_machine(error: BaseException) -> bool:
    """Whether an operator has to mend the machine, as against a defect of the program."""
    return isinstance(error, OSError) and (error.errno in _REFUSED or error.errno in _HINTS)


def is_missing_part(error: OSError) -> bool:
    """Whether a file of this program is not there."""
    path = find_path(error)
    program = Path(__file__).resolve().parents[1]
    return isinstance(error, FileNotFoundError) and path is not None and path.is_relative_to(program)


def find_path(error: OSError) -> Path | None:
    """The path that an error names."""
    named = error.filename2 or error.filename
    return Path(os.fsdecode(named)) if isinstance(named, (str, bytes)) else None


def explain_owner(path: Path, *, user: int | None = None) -> str | None:
    """Who owns the path, or the folder nearest to it, and what `user`, who runs this, can do about that."""
    found = next((place for place in [path, *path.parents] if _is_there(place)), None)
    if found is None:
        return None
    about, me = found.lstat(), os.geteuid() if user is None else user
    if about.st_uid == me:
        return f"you own {found}: give yourself the right with: {quote_command('chmod', 'u+rwX', found)}"
    owner = name_user(about.st_uid)
    if stat.S_ISSOCK(about.st_mode):
        return f"{found} is a socket of {owner}: end what listens there as {owner}"
    if about.st_uid == 0 and _is_within_own(found, me):
        top = _find_top(found, 0)
        mend = quote_command("sudo", "chown", "-R", _find_name(me) or me, top)
        return f"{top} belongs to root, as after a run with sudo: {mend}"
    return f"{found} belongs to {owner}: run this as {owner}, or set PATH_ROOT to a folder of your own"


def name_user(uid: int) -> str:
    """The name of an OS user, or the number of one without a name."""
    return _find_name(uid) or f"user {uid}"


def _find_name(uid: int) -> str | None:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def _find_top(path: Path, owner: int) -> Path:
    """The highest folder above a path that is its owner's without a break."""
    for above in path.parents:
        if above.lstat().st_uid != owner:
            break
        path = above
    return path


def _is_within_own(path: Path, user: int) -> bool:
    """Whether a folder above belongs to the user, so that what is in it may become theirs."""
    return any(_is_there(above) and above.lstat().st_uid == user for above in path.parents)


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except OSError:
        return False
    return True
