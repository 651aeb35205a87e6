"""The start of a zipapp from its archive: because it is not installed, or because its tree is gone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hero_assistance_sdk.zipapp.cache import CacheUnusable, cached_tree
from hero_assistance_sdk.zipapp.header import Pin, read_pin
from hero_assistance_sdk.zipapp.start import MENDED
from hero_assistance_sdk.zipapp.tree import damaged, unpack


def main(name: str) -> None:
    """Run the archive `sys.argv[0]`: mend and start its release, or run it as shiv does."""
    archive = Path(sys.argv[0]).resolve()
    _forget_shiv_settings()
    pin = read_pin(archive)
    if pin is not None and _mended(pin):
        os.environ[MENDED] = "1"
        os.execv(sys.executable, [sys.executable, "-IS", str(pin.boot), *sys.argv[1:]])  # noqa: S606
    _run_from_cache(name, archive)


def boot_lines(pin: Pin, module: str) -> str:
    """The Python file that a pinned header starts; `module` holds the `main` of the binary."""
    archive = str(pin.archive)
    return f"""\
import sys
sys.path.insert(0, {str(pin.tree)!r})
try:
    from hero_assistance_sdk.zipapp.start import start
except ImportError:
    import os
    if {MENDED!r} in os.environ:
        raise
    os.execv(sys.executable, [sys.executable, "-IS", {archive!r}, *sys.argv[1:]])
start({module!r}, {str(pin.release)!r}, {archive!r})
"""


def entry_module(name: str) -> str:
    """The module whose `main` a binary starts."""
    return f"{name}.__main__"


def _mended(pin: Pin) -> bool:
    """Make the tree of an installed zipapp whole; false when it cannot be (read-only, disk full)."""
    try:
        unpack(pin.archive, pin.tree)
        if not pin.boot.is_file():
            temporary = pin.boot.with_suffix(f".{os.getpid()}")
            temporary.write_text(boot_lines(pin, entry_module(pin.name)))
            temporary.replace(pin.boot)
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
        if mended_before or not damaged(archive, packages):
            raise
        unpack(archive, packages)
        os.environ[MENDED] = "1"
        os.execv(sys.executable, [sys.executable, "-IS", *sys.argv])  # noqa: S606
