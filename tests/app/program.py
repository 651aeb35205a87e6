"""The app as a child process, and a browser's way in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from tests.ui.daemons import Daemon

_LINE = "hero_assistance_app: open "


class App:
    """A running app; `link` is what it printed."""

    def __init__(
        self, arguments: Sequence[str], env: dict[str, str], log: Path, *, opens_browser: bool = False
    ) -> None:
        first = [] if opens_browser else ["--no-browser"]
        self.daemon = Daemon("hero_assistance_app", [*first, *arguments], env, log)
        self.link = ""

    def start(self) -> None:
        """Start it and read its link."""
        self.daemon.start()
        process = self.daemon.process
        assert process is not None
        assert process.stdout is not None
        line = process.stdout.readline().rstrip("\n")
        assert line.startswith(_LINE), f"{line!r}\n{self.daemon.log.read_text()}"
        self.link = line.removeprefix(_LINE)

    @property
    def url(self) -> str:
        """The address without the token, and without the path that only a browser learns."""
        return f"http://{urlsplit(self.link).netloc}"

    @contextmanager
    def browser(self) -> Iterator[httpx2.Client]:
        """A client that has followed the link; its URLs are below the page's path."""
        with httpx2.Client(follow_redirects=True) as client:
            client.base_url = client.get(self.link).raise_for_status().url.join(".")
            yield client


def run(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the app to its end."""
    command = [sys.executable, "-m", "hero_assistance_app", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=30, check=False)
