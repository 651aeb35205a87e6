"""The `site-packages` of one binary: installed from its lock, then made independent of where and when."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.build.locks.lock import uv
from scripts.build.tool import must_run

# What an installer writes about its own run: paths of the builder, the installer's name, a cache's key.
_INSTALLER_FILES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"})
# A first build downloads everything.
TIMEOUT_S = 900.0
_FILE_MODE = 0o644
_EXECUTABLE_MODE = 0o755


def install_site(target: Path, lock: Path, wheels: Sequence[Path]) -> None:
    """Install the locked requirements and our own wheels into `target`, and normalise what was written."""
    shutil.rmtree(target, ignore_errors=True)
    base = [
        uv(),
        "pip",
        "install",
        "--quiet",
        "--no-config",
        "--python",
        sys.executable,
        "--target",
        str(target),
    ]
    base += ["--no-deps", "--only-binary", ":all:", "--link-mode", "copy", *_platform_options()]
    if _names_something(lock):
        _install(f"installing {lock.name}", [*base, "--require-hashes", "-r", str(lock)])
    _install("installing our own wheels", [*base, *map(str, wheels)])
    normalise(target)


def normalise(site: Path) -> None:
    """Drop what differs between two builders and set the modes that a umask of 022 gives."""
    shutil.rmtree(site / "bin", ignore_errors=True)
    for path in sorted(site.rglob("*"), reverse=True):
        if path.is_dir():
            if path.name == "__pycache__":
                shutil.rmtree(path)
            continue
        if path.suffix == ".pyc" or path.name == ".lock" or _is_installer_file(path):
            path.unlink()
        else:
            path.chmod(_EXECUTABLE_MODE if path.suffix in {".so", ".dylib"} else _FILE_MODE)


def site_digest(site: Path) -> str:
    """SHA-256 over the names and bytes of every file, in order of name."""
    digest = hashlib.sha256()
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(site).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _install(what: str, command: list[str]) -> None:
    must_run(what, command, Path.cwd(), timeout_s=TIMEOUT_S, hint="is the package index reachable?")


def _names_something(lock: Path) -> bool:
    """Whether a lock holds a requirement; a binary may need nothing but the standard library."""
    lines = (line.strip() for line in lock.read_text().splitlines())
    return any(line and not line.startswith("#") for line in lines)


def _is_installer_file(path: Path) -> bool:
    return path.parent.name.endswith(".dist-info") and path.name in _INSTALLER_FILES


def _platform_options() -> list[str]:
    """On Linux with glibc, take the same wheels everywhere, however new the builder's own system is."""
    uname = os.uname()
    if uname.sysname != "Linux" or "CS_GNU_LIBC_VERSION" not in os.confstr_names:
        return []
    return ["--python-platform", f"{uname.machine}-manylinux_2_28"]
