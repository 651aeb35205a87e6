"""A desk of the built programs, driven by the operator's commands alone."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hero_assistance_sdk.paths import Paths
from hero_assistance_server.notifications import rules
from scripts.build.release.manifest import read_manifest
from tests.builds import rebranded

_COMMAND_S = 60.0


class InstalledDesk:
    """An installation below a root of its own."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = {**env, "NO_COLOR": "1"}
        self.paths = Paths.from_environ(env)

    def run(self, *words: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        return self._run(self.paths.bin / "hero_assistance", *words)

    def ask(self, *words: str) -> Any:
        """Return the JSON that a command prints."""
        return json.loads(self.run(*words, "--json"))

    def install(self, dist: Path) -> None:
        """Install what was built."""
        self._run(dist / "hero_assistance", "install", str(dist))

    def _run(self, *words: Path | str) -> str:
        done = subprocess.run(
            words,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_S,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout


def shorten_batches(dist: Path, folder: Path) -> Path:
    """Write the build again with one constant changed: a letter waits a second for others to join it, not a minute."""
    source = Path(rules.__file__).read_text()
    changed = source.replace("BATCH_FOR = timedelta(minutes=1)", "BATCH_FOR = timedelta(seconds=1)")
    assert changed != source
    files = {"hero_assistance_server/notifications/rules.py": changed}
    return rebranded(dist, folder, f"{read_manifest(dist)['release']}-story", files=files)


@contextmanager
def installed_desk(dist: Path, env: dict[str, str]) -> Iterator[InstalledDesk]:
    """A desk in hero mode that runs and is empty; nothing of it runs afterwards."""
    desk = InstalledDesk(env)
    desk.install(shorten_batches(dist, desk.paths.root / "dist"))
    try:
        desk.run("--start")
        yield desk
    finally:
        desk.run("--stop")
