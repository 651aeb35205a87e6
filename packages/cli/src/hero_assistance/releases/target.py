"""Whether a release can run here: what it was built for, next to the interpreter and platform that would run it."""

from __future__ import annotations

import sys
from pathlib import Path

from hero_assistance.releases.errors import WrongTarget
from hero_assistance.releases.manifest import Manifest
from hero_assistance_sdk.zipapp.header import Target, read_pin

# An interpreter says this of itself in some 10 ms; one that takes longer is not there for what matters here.
_ANSWER_S = 10.0
# What the first code of a zipapp compares with what it was built for: lines of Python that set `python` and `platform`.
# Another interpreter is asked by them, and so is a box of a fleet.
DESCRIBE_TARGET = """\
import os, sys
machine = os.uname()
musl = machine[0] == "Linux" and "CS_GNU_LIBC_VERSION" not in os.confstr_names
name = sys.implementation.name.replace("cpython", "CPython")
python = "%s %d.%d%s" % (name, sys.version_info[0], sys.version_info[1], getattr(sys, "abiflags", ""))
platform = "%s-%s%s" % (machine[0].lower(), machine[4], "-musl" if musl else "")
"""


def running_target() -> Target:
    """The interpreter and platform that run this code."""
    found: dict[str, str] = {}
    exec(DESCRIBE_TARGET, found)  # noqa: S102
    return Target(found["python"], found["platform"])


def check_build_target(manifest: Manifest) -> None:
    """Raise `WrongTarget` for a build that this interpreter, which its installation pins, cannot run."""
    _check(manifest, running_target())


def check_installed_target(folder: Path, manifest: Manifest) -> None:
    """Raise `WrongTarget` for an installed release that the interpreter it is pinned to cannot run.

    Where that interpreter is gone, the release looks for one that fits at its start, and nothing is raised.
    """
    met = _pinned_target(folder, manifest)
    if met is not None:
        _check(manifest, met)


def _check(manifest: Manifest, met: Target) -> None:
    wanted = manifest.target
    if wanted == met:
        return
    hint = f"take the build for {met}, or build it here: nox -s build"
    if wanted.platform == met.platform:
        hint = f"install it with {wanted.executable}, or build it with this one: nox -s build"
    raise WrongTarget(f"release {manifest.release} is built for {wanted}, and this is {met}", hint=hint)


def _pinned_target(folder: Path, manifest: Manifest) -> Target | None:
    """What the interpreter of an installed release is; `None` where that cannot be found out."""
    try:
        pin = read_pin(folder / manifest.binaries[0].name)
    except OSError:
        return None
    if pin is None:
        return None
    if pin.interpreter == Path(sys.executable).resolve():
        return running_target()
    return _ask_target(pin.interpreter)


def _ask_target(interpreter: Path) -> Target | None:
    import subprocess

    command = [str(interpreter), "-ISc", f"{DESCRIBE_TARGET}print(python)\nprint(platform)"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_ANSWER_S)
    except (OSError, subprocess.SubprocessError):
        return None
    python, _, platform = done.stdout.strip().partition("\n")
    return Target(python, platform)
