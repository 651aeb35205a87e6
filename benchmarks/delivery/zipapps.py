"""Start-up and build time of the zipapps, of shiv, of pex and of the bare interpreter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from benchmarks.measure import Figure, Report, medians, time_call
from scripts.build.release.dist import build, wheels
from scripts.build.release.manifest import Built, Release, read_manifest, sha256, write_manifest
from scripts.build.release.site import site_digest
from scripts.build.release.zipapp import Zipapp, this_target, write_zipapp
from scripts.build.workspace import Workspace

ROUNDS = 40
BUILD_ROUNDS = 3
MANY_FILES = 10_000
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"ROUNDS": 2, "BUILD_ROUNDS": 1, "MANY_FILES": 100}
NAME = "hero_assistance"
ENTRY = f"{NAME}.__main__:main"


def measure(dist: Path) -> Report:
    """Measure `hero_assistance --version` and the build of all zipapps."""
    report = Report("Zipapps", "./buildenv.sh nox -s bench -- zipapps")
    with tempfile.TemporaryDirectory() as base:
        _measure_start(dist, Path(base), report)
        _measure_build(dist, Path(base), report)
    return report


def _measure_start(dist: Path, base: Path, report: Report) -> None:
    site = base / "site"
    with zipfile.ZipFile(dist / NAME) as archive:
        names = [name for name in archive.namelist() if name.startswith("site-packages/")]
        archive.extractall(base / "extracted", names)
    shutil.move(base / "extracted" / "site-packages", site)
    python = str(Path(sys.executable).resolve())
    commands = {
        "python -I -S -c pass": [python, "-I", "-S", "-c", "pass"],
        "ours": [_install(dist, base / "ours"), "--version"],
        "ours with 10,000 more files": [_install(_bigger(site, base), base / "big"), "--version"],
        "pex --venv prepend --sh-boot": [_pex(site, base), "--version"],
        "shiv": [_shiv(site, base, python), "--version"],
    }
    env = {"PATH": os.environ["PATH"], "HOME": str(base / "home"), "PEX_ROOT": str(base / "pexroot")}
    (base / "home").mkdir()
    found = medians(commands, ROUNDS, env)
    for name, value in found.items():
        report.add(Figure(f"`--version`, {name}", value, "ms"))
    ours, big = found["ours"], found["ours with 10,000 more files"]
    for peer, target, limit, value in (
        ("pex --venv prepend --sh-boot", "≤ 1", 1.0, ours),
        ("shiv", "≤ 0.3", 0.3, ours),
        ("pex --venv prepend --sh-boot", "≤ 1, 10,000 more files", 1.0, big),
        ("shiv", "≤ 0.3, 10,000 more files", 0.3, big),
    ):
        ratio = value / found[peer]
        report.add(Figure("start", value, "ms", peer, ratio, target, ratio <= limit))
    report.notes.append(f"Medians of {ROUNDS} interleaved rounds; the peers hold the same files and entry point.")


def _install(dist: Path, root: Path) -> str:
    env = {**os.environ, "PATH_ROOT": str(root), "HOME": str(root / "home")}
    (root / "home").mkdir(parents=True)
    subprocess.run([dist / NAME, "install", dist], env=env, check=True, capture_output=True)
    return str(root / "bin" / NAME)


def _bigger(site: Path, base: Path) -> Path:
    """A build of the same binary with 10,000 more files in its archive."""
    larger = base / "larger-site"
    shutil.copytree(site, larger)
    (larger / "ballast").mkdir()
    for number in range(MANY_FILES):
        (larger / "ballast" / f"m{number}.txt").write_text(str(number))
    output = base / "larger"
    output.mkdir()
    target = this_target()
    write_zipapp(Zipapp(NAME, ENTRY, larger, site_digest(larger)), output / NAME, target)
    built = Built(NAME, output / NAME, sha256(output / NAME), larger)
    write_manifest(output, Release(NAME, "0", None, "0-larger", target), [built])
    return output


def _shiv(site: Path, base: Path, python: str) -> str:
    output = str(base / "plain-shiv")
    command = [_tool("shiv"), "--site-packages", str(site), "-e", ENTRY, "-p", f"{python} -sE", "-o", output]
    subprocess.run([*command, "--root", str(base / "shivroot")], check=True, capture_output=True)
    return output


def _pex(site: Path, base: Path) -> str:
    output = str(base / "plain.pex")
    command = [_tool("pex"), "-D", str(site), "-e", ENTRY, "--venv", "prepend", "--sh-boot", "-o", output]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PEX_ROOT": str(base / "pexroot")})
    return output


def _measure_build(dist: Path, base: Path, report: Report) -> None:
    workspace = Workspace()
    house = base / "wheelhouse"
    locks = [workspace.root / "requirements" / f"{binary}.txt" for binary in workspace.binaries]
    _download(locks, house)
    for wheel in wheels(dist):
        shutil.copy(wheel, house)
    ours, theirs = [], []
    for _ in range(BUILD_ROUNDS + 1):
        shutil.rmtree(base / "dist", ignore_errors=True)
        ours.append(time_call(lambda: build(workspace, base / "dist", lambda _line: None)))
        theirs.append(time_call(lambda: _pex_build(workspace, house, base)))
    one, other = sorted(ours[1:])[BUILD_ROUNDS // 2], sorted(theirs[1:])[BUILD_ROUNDS // 2]
    report.add(Figure("full build of all zipapps, caches warm", one, "ms", "pex", one / other, "≤ 1", one <= other))
    report.add(Figure("pex of the same packages, caches warm", other, "ms"))
    report.notes.append("Ours builds the wheels, bills of materials and checksums too; pex starts from the wheels.")
    assert read_manifest(base / "dist")["release"]  # noqa: S101


def _download(locks: list[Path], house: Path) -> None:
    for lock in locks:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        subprocess.run([*command, "-r", str(lock), "-d", str(house)], check=True)


def _pex_build(workspace: Workspace, house: Path, base: Path) -> None:
    env = {**os.environ, "PEX_ROOT": str(base / "pexroot")}
    running = []
    for binary in workspace.binaries:
        command = [_tool("pex"), "--no-index", "-f", str(house), workspace.package_of(binary).distribution]
        command += ["-c", binary, "--venv", "prepend", "--sh-boot", "-o", str(base / f"{binary}.pex")]
        running.append(subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL))
    if any(process.wait() for process in running):
        raise SystemExit("pex could not build")


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
