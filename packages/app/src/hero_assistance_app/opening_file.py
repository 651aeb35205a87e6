"""The file by which the browser is told the token: a command line is shown to every user of the machine, by `ps`."""

from __future__ import annotations

import os
import shutil
import tempfile
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

_PREFIX = "hero_assistance_app-"
_NAME = "open.html"


class OpeningFile:
    """A page for this user alone that sends the token to the app, which `remove` deletes."""

    def __init__(self, address: str, token: str) -> None:
        """Write it; raises `OSError`. `address` takes the token."""
        # `mkdtemp` makes a folder that no other user can look into.
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        page = Template((files("hero_assistance_app") / _NAME).read_text("utf-8"))
        self._path = self._folder / _NAME
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(page.substitute(address=escape(address), token=escape(token)))

    @property
    def url(self) -> str:
        """What the browser is opened with; it holds no secret."""
        return self._path.as_uri()

    def remove(self) -> None:
        """Delete it; it may be gone already."""
        shutil.rmtree(self._folder, ignore_errors=True)
