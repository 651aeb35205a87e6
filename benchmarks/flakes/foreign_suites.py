"""Suites that others wrote, with flaky tests whose truth is known: foreign_cases.toml, fetched and installed.

A suite is the source distribution of one version. pip downloads it into a folder outside of this tree, and an
environment of its own gets it with the pinned packages that its tests need, the plugin's wheel and the two peers.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CASES = Path(__file__).with_name("foreign_cases.toml")
INSTALL_SECONDS = 900
END_OF_OUTPUT = 400  # characters of it that an error shows


class SuiteUnavailable(Exception):
    """A suite could not be fetched, unpacked or installed; the text says why."""


@dataclass(frozen=True)
class Suite:
    """A version of a project whose source distribution has its tests.

    `requirements` are pinned; `options` are handed to every pytest.
    """

    name: str
    version: str
    requirements: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name and version, as in a folder's name."""
        return f"{self.name}-{self.version}"


@dataclass(frozen=True, kw_only=True)
class ForeignCase:
    """A test of a suite, and what is true of it.

    `causes` are the kinds of cause that may be told; `none` stands for no cause. `words` is a pattern for the sentence
    or, with `bisect`, for the conclusion. `mended` is the version or the change that mended the test.
    """

    name: str
    suite: Suite
    nodeid: str
    verdicts: tuple[str, ...]
    causes: tuple[str, ...]
    why: str
    kind: str = ""
    words: str = ""
    mended: str = ""
    bisect: bool = False

    @property
    def truth(self) -> str:
        """The truth in a few words."""
        causes = " or ".join(cause for cause in self.causes if cause != "none")
        return f"{' or '.join(self.verdicts)}: {causes}" if causes else " or ".join(self.verdicts)


@dataclass(frozen=True)
class InstalledSuite:
    """The folder of a suite that pytest runs in, and the interpreter that has what it needs."""

    folder: Path
    python: Path


def load_cases(path: Path = CASES) -> list[ForeignCase]:
    """Read the cases and their suites; raises KeyError or TypeError where the file is wrong."""
    document = tomllib.loads(path.read_text())
    suites = {
        one["key"]: Suite(one["name"], one["version"], tuple(one["requirements"]), tuple(one.get("options", ())))
        for one in document["suite"]
    }
    return [_load_case(one, suites) for one in document["case"]]


def _load_case(entry: dict[str, Any], suites: dict[str, Suite]) -> ForeignCase:
    lists = {name: tuple(entry[name]) for name in ("verdicts", "causes")}
    return ForeignCase(**{**entry, **lists, "suite": suites[entry["suite"]]})


def install(suite: Suite, cache: Path, wheel: Path) -> InstalledSuite:
    """Fetch, unpack and install a suite with the plugin's wheel, as far as that is not done yet.

    Raises SuiteUnavailable.
    """
    home = cache / suite.label
    home.mkdir(parents=True, exist_ok=True)
    python = home / "venv" / "bin" / "python"
    folder = _unpack(_download(suite, home), home / "source")
    digest = hashlib.sha256("\n".join((suite.label, *suite.requirements)).encode()).hexdigest()
    if not _is_stamped(home / "requirements.sha256", digest):
        shutil.rmtree(home / "venv", ignore_errors=True)
        venv.create(home / "venv", with_pip=True)
        _pip(python, "install", "--quiet", *suite.requirements)
        _pip(python, "install", "--quiet", "--no-deps", str(folder))
        (home / "requirements.sha256").write_text(digest)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if not _is_stamped(home / "wheel.sha256", digest) or not (python.parent / "flake-quarantine").exists():
        _pip(python, "install", "--quiet", "--no-deps", "--force-reinstall", str(wheel))
        (home / "wheel.sha256").write_text(digest)
    return InstalledSuite(folder, python)


def _download(suite: Suite, home: Path) -> Path:
    """Return the source distribution, which pip has fetched."""
    found = sorted(home.glob("*.tar.gz"))
    if not found:
        wanted = ("--no-deps", "--no-binary", suite.name, "--dest", str(home), f"{suite.name}=={suite.version}")
        _pip(Path(sys.executable), "download", "--quiet", *wanted)
        found = sorted(home.glob("*.tar.gz"))
    if not found:
        raise SuiteUnavailable(f"pip fetched no source distribution of {suite.label}")
    return found[0]


def _unpack(archive: Path, folder: Path) -> Path:
    """Unpack the archive unless that is done, and return the one folder that it has."""
    if not folder.exists():
        partial = folder.with_name("partial")
        shutil.rmtree(partial, ignore_errors=True)
        with tarfile.open(archive) as tar:
            tar.extractall(partial, filter="data")
        partial.rename(folder)
    inside = [path for path in folder.iterdir() if path.is_dir()]
    if len(inside) != 1:
        raise SuiteUnavailable(f"{archive.name} has {len(inside)} folders, not one")
    return inside[0]


def _is_stamped(stamp: Path, digest: str) -> bool:
    return stamp.exists() and stamp.read_text() == digest


def _pip(python: Path, *arguments: str) -> None:
    """Run pip with the settings of this machine; raises SuiteUnavailable with the end of what it said."""
    # A variable of an outer environment must not lead pip away from this one.
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    command: Sequence[str] = [str(python), "-m", "pip", *arguments]
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise SuiteUnavailable(f"pip {arguments[0]} took more than {INSTALL_SECONDS} s") from error
    if done.returncode:
        # Not the address of an index, which may be a private one.
        said = re.sub(r"https?://\S+", "(address)", done.stderr.strip()[-END_OF_OUTPUT:])
        raise SuiteUnavailable(f"pip {arguments[0]} ended with {done.returncode}: {said}")
