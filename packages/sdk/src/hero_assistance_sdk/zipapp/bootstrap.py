"""The start of a zipapp from its archive: because it is not installed, or because its tree is gone."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path

from hero_assistance_sdk.zipapp.header import Pin, read_pin
from hero_assistance_sdk.zipapp.start import MENDED
from hero_assistance_sdk.zipapp.tree import damaged, unpack

# Where shiv unpacks a zipapp that is not installed; the build puts the same path into the archive.
CACHE = "~/.cache/hero_assistance/zipapps"
_ROOT = "SHIV_ROOT"


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
    tree = _cached_tree(archive)
    try:
        _use(tree)
        if not tree.exists():
            _prune_other_builds(archive, tree)
    except OSError as error:
        sys.exit(f"{name}: cannot unpack to {tree}: {error.strerror}; set HOME to a folder that can be written")
    from _bootstrap import bootstrap

    mended_before = os.environ.pop(MENDED, None)
    try:
        bootstrap()
    except ImportError:
        packages = tree / "site-packages"
        if mended_before or not damaged(archive, packages):
            raise
        unpack(archive, packages)
        os.environ[MENDED] = "1"
        os.execv(sys.executable, [sys.executable, "-IS", *sys.argv])  # noqa: S606


def _cached_tree(archive: Path) -> Path:
    with zipfile.ZipFile(archive) as opened:
        build = json.loads(opened.read("environment.json"))["build_id"]
    return Path(CACHE).expanduser() / f"{archive.name}_{build}"


def _use(tree: Path) -> None:
    """Hold the tree until the process ends, whether it is there yet or not."""
    tree.parent.mkdir(parents=True, exist_ok=True)
    fcntl.flock(os.open(f"{tree}.use", os.O_RDWR | os.O_CREAT, 0o644), fcntl.LOCK_SH)


def _prune_other_builds(archive: Path, ours: Path) -> None:
    """Remove the trees of other builds of this binary that no process uses, so that the cache never grows."""
    for marker in ours.parent.glob(f"{archive.name}_*.use"):
        tree = marker.with_suffix("")
        if tree == ours:
            continue
        descriptor = os.open(marker, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(tree, ignore_errors=True)
            tree.with_name(f".{tree.name}_lock").unlink(missing_ok=True)
            marker.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
