"""Building twice under different circumstances, to show that only the input decides the bytes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from scripts.build.release.manifest import read_manifest, read_sums, sha256
from scripts.build.workspace import Workspace

# Put on the path of every Python of the second build: its clock stands 400 days and some hours ahead.
_SHIFTED_CLOCK = """\
import datetime
import time

_AHEAD = 400 * 86400 + 12345
_time, _time_ns, _gmtime, _localtime = time.time, time.time_ns, time.gmtime, time.localtime
time.time = lambda: _time() + _AHEAD
time.time_ns = lambda: _time_ns() + _AHEAD * 10**9
time.gmtime = lambda seconds=None: _gmtime(time.time() if seconds is None else seconds)
time.localtime = lambda seconds=None: _localtime(time.time() if seconds is None else seconds)


class _Shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)


datetime.datetime = _Shifted
"""
_BUILD = """\
from pathlib import Path
from scripts.build.release import dist
from scripts.build import workspace
from scripts.build.packaging import deb
from scripts.build.release.manifest import read_manifest
dist.build(workspace.Workspace(Path.cwd()), Path.cwd() / "dist")
if read_manifest(Path("dist"))["platform"] in deb.ARCHITECTURES:
    deb.write_deb(Path("dist"), Path("dist"))
"""
_COPIED = ("buildenv.sh", "requirements", "scripts", "packages")
_SKIPPED = shutil.ignore_patterns("__pycache__", "node_modules", "bundle", "*.egg-info")


def build_twice(workspace: Workspace, report: Callable[[str], None]) -> None:
    """Build in two folders with other umask, time zone, locale, clock and hash seed; raises `SystemExit`."""
    with tempfile.TemporaryDirectory() as base:
        first = _build(workspace, Path(base, "one"), {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"}, 0o022)
        clock = Path(base, "clock")
        clock.mkdir()
        (clock / "sitecustomize.py").write_text(_SHIFTED_CLOCK)
        other = {
            "TZ": "Pacific/Kiritimati",
            "LC_ALL": "C.UTF-8",
            "PYTHONHASHSEED": "4711",
            "PYTHONPATH": str(clock),
        }
        second = _build(workspace, Path(base, "another place", "two"), other, 0o077)
    differing = [name for name in first if first[name] != second.get(name)]
    for name, digest in first.items():
        report(f"{digest}  {name}")
        if name in differing:
            report(f"{second.get(name, 'nothing'):64}  {name}, the second time")
    if differing or first.keys() != second.keys():
        raise SystemExit(f"not reproducible: {', '.join(differing)}")
    report("both builds are byte-identical")


def _build(workspace: Workspace, folder: Path, environment: dict[str, str], umask: int) -> dict[str, str]:
    """Build a copy of the tree and return the SHA-256 of each zipapp and package, manifest's release included."""
    for name in _COPIED:
        source = workspace.root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_SKIPPED, copy_function=shutil.copyfile)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
    inherited = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    path = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), str(folder), _sdk(folder)]))
    subprocess.run(
        [sys.executable, "-c", _BUILD],
        cwd=folder,
        env={**inherited, **environment, "PYTHONPATH": path},
        umask=umask,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    packages = {package.name: sha256(package) for package in (folder / "dist").glob("*.deb")}
    return {**read_sums(folder / "dist"), **packages, "release": read_manifest(folder / "dist")["release"]}


def _sdk(folder: Path) -> str:
    return str(folder / "packages" / "sdk" / "src")
