"""Hash-locked requirements: one file a binary, and `build.txt` and `test.txt` for the tools.

The first line of a lock holds a digest of what it was resolved from, so that a lock which no longer
fits its `pyproject.toml` is found without asking an index.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.build.tool import must_run
from scripts.build.workspace import Workspace

_MARK = "# inputs sha256:"
# In an `.in` file: everything that the binaries need, so that tests run with the locked versions.
_WORKSPACE = "@workspace"
LOWEST_PYTHON = "3.11"
TIMEOUT_S = 600.0


@dataclass(frozen=True)
class Lock:
    """One lock file and the requirements that it was resolved from."""

    path: Path
    requirements: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What stands in the first line of a lock that fits."""
        return hashlib.sha256("\n".join(self.requirements).encode()).hexdigest()

    def fits(self) -> bool:
        """Whether the file was resolved from exactly these requirements."""
        try:
            first = self.path.read_text().split("\n", 1)[0]
        except FileNotFoundError:
            return False
        return first == f"{_MARK}{self.digest}"


def locks(workspace: Workspace) -> Iterator[Lock]:
    """Every lock of the workspace."""
    folder = workspace.root / "requirements"
    wanted = {binary: _outer_requirements(workspace, binary) for binary in workspace.binaries}
    for binary, requirements in wanted.items():
        yield Lock(folder / f"{binary}.txt", tuple(sorted(requirements)))
    everything = set[str]().union(*wanted.values())
    for tools in sorted(folder.glob("*.in")):
        lines = {line.split("#")[0].strip() for line in tools.read_text().splitlines()} - {""}
        if _WORKSPACE in lines:
            lines = (lines - {_WORKSPACE}) | everything
        yield Lock(tools.with_suffix(".txt"), tuple(sorted(lines)))


def _outer_requirements(workspace: Workspace, binary: str) -> set[str]:
    """What a binary needs from an index: the requirements of its packages, less those on each other."""
    wanted: set[str] = set()
    for package in workspace.closure(workspace.package_of(binary)):
        inner = {needed.distribution for needed in workspace.needed_by(package)}
        wanted |= set(package.requirements) - inner
    return wanted


def digest_of(paths: list[Path]) -> str:
    """SHA-256 over the bytes of some locks: the name of the environment that they describe."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def stale_locks(workspace: Workspace) -> list[Path]:
    """The locks that do not fit what they are made from."""
    return [lock.path for lock in locks(workspace) if not lock.fits()]


def write_locks(workspace: Workspace, *, upgrade: bool = False) -> list[Path]:
    """Resolve every lock again, keeping what is still allowed unless `upgrade`; return those that changed."""
    changed = []
    for lock in locks(workspace):
        before = lock.path.read_text() if lock.path.exists() else ""
        after = f"{_MARK}{lock.digest}\n" + _resolve(lock, before, upgrade)
        if after != before:
            lock.path.write_text(after)
            changed.append(lock.path)
    return changed


def _resolve(lock: Lock, before: str, upgrade: bool) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "in.txt"), Path(folder, "out.txt")
        source.write_text("\n".join(lock.requirements))
        output.write_text(before)
        options = ["--universal", "--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url"]
        command = [uv(), "pip", "compile", "--quiet", *options, "--python-version", LOWEST_PYTHON]
        command += ["--upgrade"] if upgrade else []
        must_run(
            f"resolving {lock.path.name}",
            [*command, str(source), "-o", str(output)],
            Path(folder),
            timeout_s=TIMEOUT_S,
            hint="is the package index reachable?",
        )
        return output.read_text()


def uv() -> str:
    """The `uv` of this tool environment."""
    return str(Path(sys.executable).with_name("uv"))
