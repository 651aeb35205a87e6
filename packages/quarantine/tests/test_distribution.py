"""What the distribution says of itself, and what it answers where it cannot work."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from flake_quarantine import __main__ as command
from flake_quarantine.cli.arguments import COMMANDS
from flake_quarantine.cli.main import run
from flake_quarantine.pytest_plugin import entry_point


def test_the_command_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"flake-quarantine {version('flake-quarantine')}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run([name, "--help"])
    out = capsys.readouterr().out
    assert out.startswith(f"usage: flake-quarantine {name}")
    assert out.split("\n\n")[1].strip().endswith(".")


def test_where_it_cannot_work_it_says_so(
    project: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pytestconfig: pytest.Config
) -> None:
    monkeypatch.setattr(command, "is_posix", lambda: False)
    assert command.main() == 4
    assert "needs a POSIX system" in capsys.readouterr().err
    register: Path = project.quarantine("tests/test_a.py::test_x")  # type: ignore[attr-defined]
    monkeypatch.setattr(entry_point, "is_posix", lambda: False)
    monkeypatch.setattr(entry_point, "_find_register", lambda _config: register)
    with pytest.raises(pytest.UsageError, match="needs a POSIX system"):
        entry_point._register_ordinary_run(pytestconfig)


def test_the_licence_of_the_distribution_is_that_of_the_repository() -> None:
    package = Path(__file__).parents[1]
    assert (package / "LICENSE").read_bytes() == (package.parents[1] / "LICENSE").read_bytes()


@pytest.mark.parametrize("name", ["pluggy", "pytest", "pytest-xdist"])
def test_the_oldest_versions_that_are_tested_are_those_that_it_asks_for(name: str) -> None:
    package = Path(__file__).parents[1]
    needed = re.search(rf'^    "{name}>=(.+)",$', (package / "pyproject.toml").read_text(), re.MULTILINE)
    locked = re.search(rf"^{name}==(\S+)", (package / "tests" / "oldest_pytest.txt").read_text(), re.MULTILINE)
    assert needed is not None
    assert locked is not None
    assert locked[1] == f"{needed[1]}.0"
