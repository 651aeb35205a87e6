"""The start of a zipapp from its archive: because it is not installed, or because its tree is gone."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from hero_assistance_sdk.zipapp.cache import CacheUnusable, cached_tree
from hero_assistance_sdk.zipapp.header import Pin, read_pin, read_target
from hero_assistance_sdk.zipapp.pinning import follow_move, mend_start
from hero_assistance_sdk.zipapp.start import MENDED
from hero_assistance_sdk.zipapp.tree import find_damaged, unpack


def main(name: str) -> None:
    """Run the archive `sys.argv[0]`: mend and start its release, or run it as shiv does."""
    archive = Path(sys.argv[0]).resolve()
    _forget_shiv_settings()
    pin = _find_pin(archive)
    if pin is not None and _mend(pin):
        os.environ[MENDED] = "1"
        os.execv(sys.executable, [sys.executable, "-IS", str(pin.boot), *sys.argv[1:]])  # noqa: S606
    _run_from_cache(name, archive)


def _find_pin(archive: Path) -> Pin | None:
    """The pin of an installed zipapp, where it leads today; with this interpreter, if the pinned one is gone."""
    pin = read_pin(archive)
    if pin is None:
        return None
    pin = follow_move(pin, archive)
    if os.access(pin.interpreter, os.X_OK):
        return pin
    return replace(pin, interpreter=Path(sys.executable).resolve())


def _mend(pin: Pin) -> bool:
    """Make an installed zipapp whole; false when its tree cannot be (read-only, disk full)."""
    try:
        unpack(pin.archive, pin.tree)
        target = read_target(pin.archive)
        if target is not None:
            mend_start(pin, target)
    except OSError as error:
        print(f"{pin.name}: cannot mend {pin.tree}: {error}; running from the cache", file=sys.stderr)
        return False
    return True


def _forget_shiv_settings() -> None:
    """Drop the variables with which shiv lets any caller replace the program that runs."""
    for variable in [variable for variable in os.environ if variable.startswith("SHIV_")]:
        del os.environ[variable]


def _run_from_cache(name: str, archive: Path) -> None:
    """Let shiv unpack and start the archive; a damaged tree is mended, trees of other builds are removed."""
    sys.argv[0] = str(archive)
    try:
        tree = cached_tree(archive)
    except CacheUnusable as error:
        sys.exit(f"{name}: cannot unpack: {error}")
    import _bootstrap

    # shiv would name a folder in the home folder, whether that can be written or not.
    _bootstrap.cache_path = lambda *_: tree
    mended_before = os.environ.pop(MENDED, None)
    try:
        _bootstrap.bootstrap()
    except ImportError:
        packages = tree / "site-packages"
        if mended_before or not find_damaged(archive, packages):
            raise
        unpack(archive, packages)
        os.environ[MENDED] = "1"
        os.execv(sys.executable, [sys.executable, "-IS", *sys.argv])  # noqa: S606
