"""A change reaches the tests of its package, and of whatever depends on that."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.build.checks.changed import SHARED_TESTS, changed_files, pytest_arguments, reached_tests
from scripts.build.workspace import Workspace
from tests.builds import ROOT

WORKSPACE = Workspace()


def test_a_leaf_reaches_only_its_own_tests() -> None:
    reached = reached_tests(WORKSPACE, ["packages/app/src/hero_assistance_app/__main__.py"])
    assert "tests/app" in reached
    assert not {"tests/server", "tests/ui", "tests/supervisor", "tests/sdk"} & set(reached)


def test_the_root_of_the_graph_reaches_every_package() -> None:
    reached = reached_tests(WORKSPACE, ["packages/sdk/src/hero_assistance_sdk/paths.py"])
    assert {f"tests/{name}" for name in SHARED_TESTS if (ROOT / "tests" / name).exists()} == set(reached)


@pytest.mark.parametrize(
    "file", ["noxfile.py", "buildenv.sh", "scripts/build/release/dist.py", "tests/conftest.py", "pyproject.toml"]
)
def test_what_all_stand_on_reaches_all(file: str) -> None:
    assert reached_tests(WORKSPACE, [file]) == ["packages/quarantine/tests", "tests"]


def test_a_test_reaches_itself_and_a_fixture_its_folder() -> None:
    assert reached_tests(WORKSPACE, ["tests/build/test_lock.py"]) == ["tests/build/test_lock.py"]
    assert reached_tests(WORKSPACE, ["tests/build/conftest.py"]) == ["tests/build"]


def test_prose_reaches_nothing() -> None:
    assert reached_tests(WORKSPACE, ["README.md", "docs/images/page.png"]) == []


def test_every_folder_of_tests_is_covered_by_a_package() -> None:
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= set(SHARED_TESTS)


def test_the_flag_needs_a_commit() -> None:
    with pytest.raises(SystemExit, match="needs a commit"):
        pytest_arguments(WORKSPACE, ["--changed-since"])


def test_changed_files_are_committed_modified_and_new(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--initial-branch=main")
    for name in ("kept", "modified", "committed"):
        (tmp_path / name).write_text("before")
    git("add", ".")
    git("commit", "-m", "first")
    git("tag", "base")
    (tmp_path / "committed").write_text("after")
    git("commit", "-am", "second")
    (tmp_path / "modified").write_text("after")
    (tmp_path / "new").touch()
    assert changed_files(tmp_path, "base") == ["committed", "modified", "new"]
