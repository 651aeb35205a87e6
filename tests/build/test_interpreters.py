"""The interpreters of a machine: where they are found, and that every list of supported versions is the same."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from scripts.build.locks import interpreters
from scripts.build.locks.interpreters import SUPPORTED, find_all, find_interpreter, find_newest_other
from tests.builds import ROOT

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"


class Machine:
    """A home with a pyenv, and a folder on `PATH`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pyenv = folder / "home" / ".pyenv"
        self.environ = {"HOME": str(folder / "home"), "PATH": f"{self.pyenv / 'shims'}:{folder / 'bin'}"}

    def add(self, version: str, place: str, mode: int = 0o755) -> Path:
        """Put an interpreter into a folder of this machine."""
        path = self.folder / place / f"python{version}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        path.chmod(mode)
        return path

    def add_pyenv(self, release: str, version: str) -> Path:
        """Install a release with pyenv."""
        return self.add(version, f"home/.pyenv/versions/{release}/bin")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_machine_without_one_has_none(machine: Machine) -> None:
    assert find_interpreter("3.13", machine.environ) is None
    assert find_all(machine.environ) == dict.fromkeys(SUPPORTED)
    assert find_newest_other(machine.environ) is None


def test_the_one_on_the_path_comes_first(machine: Machine) -> None:
    machine.add_pyenv("3.13.0", "3.13")
    first = machine.add("3.13", "bin")
    assert find_interpreter("3.13", machine.environ) == first


def test_the_newest_of_pyenv_is_taken_and_its_shim_is_not(machine: Machine) -> None:
    machine.add("3.13", "home/.pyenv/shims")
    machine.add_pyenv("3.13.9", "3.13")
    newest = machine.add_pyenv("3.13.10", "3.13")
    assert find_interpreter("3.13", machine.environ) == newest


@pytest.mark.parametrize("release", ["3.13.0rc1", "3.13-dev", "3.13.0t", "3.1.3"])
def test_what_is_no_release_of_pyenv_is_passed_over(machine: Machine, release: str) -> None:
    machine.add_pyenv(release, "3.13")
    assert find_interpreter("3.13", machine.environ) is None


def test_pyenv_may_be_elsewhere(machine: Machine, tmp_path: Path) -> None:
    path = machine.add("3.12", "opt/versions/3.12.1/bin")
    assert find_interpreter("3.12", {**machine.environ, "PYENV_ROOT": str(tmp_path / "opt")}) == path


def test_a_file_that_cannot_be_run_is_none(machine: Machine) -> None:
    machine.add("3.12", "bin", 0o644)
    assert find_interpreter("3.12", machine.environ) is None


def test_the_newest_other_is_never_the_version_that_runs(machine: Machine) -> None:
    for version in SUPPORTED[:-1]:
        machine.add(version, "bin")
    newest = [version for version in SUPPORTED[:-1] if version != OWN][-1]
    assert find_newest_other(machine.environ) == (newest, machine.folder / "bin" / f"python{newest}")


def test_what_the_machine_lacks_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(interpreters, "find_all", lambda: {"3.12": Path("/usr/bin/python3.12"), "3.13": None})
    assert interpreters.main() == 0
    assert capsys.readouterr().out == "CPython 3.12: /usr/bin/python3.12\nCPython 3.13: not on this machine\n"


def test_sessions_and_workflows_name_the_supported_versions() -> None:
    named = re.search(r"^PYTHONS = (\(.*\))$", (ROOT / "noxfile.py").read_text(), re.MULTILINE)
    assert named is not None
    assert tuple(re.findall(r'"([\d.]+)"', named[1])) == SUPPORTED
    for workflow in ("ci", "release"):
        lists = re.findall(r"python: \[(.*)\]", (ROOT / ".github" / "workflows" / f"{workflow}.yml").read_text())
        assert lists
        assert [tuple(re.findall(r'"([\d.]+)"', found)) for found in lists] == [SUPPORTED] * len(lists)
