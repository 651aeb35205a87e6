"""The file by which the browser is told the token: a command line is shown to every user of the machine, by `ps`.

It is in the home folder, under a name without a dot: a browser that is installed as a snap sees neither `/tmp` nor
hidden folders.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

_PREFIX = "hero_assistance_app-"
_NAME = "open.html"
# An app that was killed leaves its file, whose token opens nothing any more.
_STALE_S = 24 * 3600.0


class OpeningFile:
    """A page for this user alone that sends the token to the app, which `remove` deletes."""

    def __init__(self, address: str, token: str) -> None:
        """Write it; raises `OSError`. `address` takes the token."""
        self._folder = _make_folder()
        page = Template((files("hero_assistance_app") / _NAME).read_text("utf-8"))
        self._path = self._folder / _NAME
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(page.substitute(address=escape(address), token=escape(token)))
        except OSError:
            self.remove()
            raise

    @property
    def url(self) -> str:
        """What the browser is opened with; it holds no secret."""
        return self._path.as_uri()

    def remove(self) -> None:
        """Delete it; it may be gone already."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _make_folder() -> Path:
    """Make a folder that no other user can look into: in the home folder where that can be, else for passing files."""
    home = _find_home()
    if home is not None:
        _remove_stale(home)
        with contextlib.suppress(OSError):
            return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=home))
    return Path(tempfile.mkdtemp(prefix=_PREFIX))


def _find_home() -> Path | None:
    try:
        home = Path.home()
    except RuntimeError:
        return None
    # Of a service it may be `/` or a folder that is not there.
    return home if home.is_absolute() and home.parent != home else None


def _remove_stale(home: Path) -> None:
    for folder in home.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.lstat().st_mtime > _STALE_S:
                (folder / _NAME).unlink(missing_ok=True)
                folder.rmdir()
