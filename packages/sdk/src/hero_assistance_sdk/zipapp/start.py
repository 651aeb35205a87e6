"""The start of an installed binary, from its unpacked tree."""

from __future__ import annotations

import sys

# Set over one `exec`: a tree that was just mended is not mended again.
MENDED = "HERO_ASSISTANCE_MENDED"


def start(module: str, release: str, archive: str) -> None:
    """Run `module.main()` and exit with what it returns.

    `release` is held with a shared lock until the process ends, which is how removal of old releases
    knows what is still in use. A failed import starts a check of the tree, and a repair where needed.
    """
    import os

    from hero_assistance_sdk.zipapp.standard_descriptors import open_standard_descriptors

    open_standard_descriptors()
    mended_before = os.environ.pop(MENDED, None)
    _hold(release)
    try:
        __import__(module)
        status = sys.modules[module].main()
    except (ImportError, FileNotFoundError):
        if mended_before or not _mend(archive):
            raise
        os.environ[MENDED] = "1"
        os.execv(sys.executable, [sys.executable, "-IS", *sys.argv])  # noqa: S606
    sys.exit(status)


def _hold(release: str) -> None:
    import fcntl
    import os

    try:
        fcntl.flock(os.open(release, os.O_RDONLY), fcntl.LOCK_SH)
    except OSError:
        # A file system without locks; removal of old releases cannot lock there either, and keeps them.
        return


def _mend(archive: str) -> bool:
    """Mend the tree that this process runs from; false when it was intact, so the error is a real one."""
    from pathlib import Path

    from hero_assistance_sdk.zipapp.header import read_pin
    from hero_assistance_sdk.zipapp.tree import find_damaged, unpack

    pin = read_pin(Path(archive))
    if pin is None or not find_damaged(pin.archive, pin.tree):
        return False
    unpack(pin.archive, pin.tree)
    return True
