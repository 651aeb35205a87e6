"""How an installed zipapp goes straight to its tree: its pinned header and its boot file, found damaged and mended."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from hero_assistance_sdk.zipapp.header import HEADER_SIZE, Pin, Target, pinned_header
from hero_assistance_sdk.zipapp.start import MENDED

_RELEASE_FILE = "release.json"
_MODE = 0o755


def boot_lines(pin: Pin) -> str:
    """The Python file that a pinned header starts."""
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
start({entry_module(pin.name)!r}, {str(pin.release)!r}, {archive!r})
"""


def entry_module(name: str) -> str:
    """The module whose `main` a binary starts."""
    return f"{name}.__main__"


def follow_move(pin: Pin, archive: Path) -> Pin:
    """The pin of an archive whose release was moved with it, since it was pinned; of any other, the pin as it is."""
    moved = archive.parent != pin.release and archive.parent.name == pin.release.name and archive.name == pin.name
    return replace(pin, release=archive.parent) if moved and (archive.parent / _RELEASE_FILE).is_file() else pin


def find_start_faults(pin: Pin, target: Target) -> list[Path]:
    """What is not as `pin` asks for: the boot file, the header and mode of the archive; raises `OSError`."""
    return [
        *([] if _is_boot_whole(pin) else [pin.boot]),
        *([] if _is_header_whole(pin, target) else [pin.archive]),
    ]


def mend_start(pin: Pin, target: Target) -> list[Path]:
    """Write what `find_start_faults` finds, and return it; raises `OSError`.

    The header is written over in place, in one block, which takes no space. Who runs the archive reads another part.
    """
    wrong = find_start_faults(pin, target)
    if pin.boot in wrong:
        temporary = pin.boot.with_suffix(f".{os.getpid()}")
        temporary.write_text(boot_lines(pin))
        temporary.replace(pin.boot)
    if pin.archive in wrong:
        _write_header(pin, target)
    return wrong


def _is_boot_whole(pin: Pin) -> bool:
    try:
        return pin.boot.read_text() == boot_lines(pin)
    except (OSError, ValueError):
        return False


def _is_header_whole(pin: Pin, target: Target) -> bool:
    with pin.archive.open("rb") as file:
        header = file.read(HEADER_SIZE)
    return header == pinned_header(pin, target) and os.access(pin.archive, os.X_OK)


def _write_header(pin: Pin, target: Target) -> None:
    with pin.archive.open("r+b", buffering=0) as file:
        file.write(pinned_header(pin, target))
        os.fchmod(file.fileno(), _MODE)
        os.fsync(file.fileno())
