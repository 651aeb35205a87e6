"""The command of all users runs the release of the user who calls it, and installs that of its package."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hero_assistance_sdk.zipapp import system_command
from hero_assistance_sdk.zipapp.system_command import BUILD_FOLDER, SCRIPT, is_system_command, suggest_install


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """The command, of a package that is in a folder of the test."""
    write_program(tmp_path / "package" / "hero_assistance", "package")
    return write_program(tmp_path / "command", SCRIPT.replace(BUILD_FOLDER, str(tmp_path / "package")))


def write_program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if text.startswith("#!") else f'#!/bin/sh\necho {text} "$@"\n')
    path.chmod(0o755)
    return path


def say(command: Path, *words: str, **environ: str) -> str:
    done = subprocess.run([command, *words], env=environ, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_where_nothing_is_installed_the_package_runs(command: Path, tmp_path: Path) -> None:
    assert say(command, "status", HOME=str(tmp_path)) == "package status"
    assert say(command, "status") == "package status"


def test_the_live_release_runs_with_the_same_words(command: Path, tmp_path: Path) -> None:
    write_program(tmp_path / "hero" / "bin" / "hero_assistance", "live")
    assert say(command, "ticket", "show", "a  b", HOME=str(tmp_path)) == "live ticket show a  b"


def test_a_root_of_its_own_has_its_own_release(command: Path, tmp_path: Path) -> None:
    write_program(tmp_path / "other root" / "bin" / "hero_assistance", "other")
    assert say(command, "status", HOME=str(tmp_path), PATH_ROOT=str(tmp_path / "other root")) == "other status"


def test_the_package_installs_what_it_brings(command: Path, tmp_path: Path) -> None:
    write_program(tmp_path / "hero" / "bin" / "hero_assistance", "live")
    assert say(command, "install", "--restart", HOME=str(tmp_path)) == "package install --restart"


def test_it_is_known_by_its_first_line(command: Path, tmp_path: Path) -> None:
    assert is_system_command(command)
    assert not is_system_command(write_program(tmp_path / "other", "anything"))
    assert not is_system_command(tmp_path / "missing")


def test_a_hint_names_the_command_that_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "hero_assistance"
    monkeypatch.setattr(system_command, "COMMAND", str(command))
    assert suggest_install("--force") == "nox -s install -- --force"
    write_program(command, SCRIPT)
    assert suggest_install() == f"{command} install"
    assert suggest_install("--force") == f"{command} install --force"
