"""Where the commands look: pytest's root folder and settings, not the folder they are started in."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ADD = ("--owner", "me", "--issue", "LINK", "--reason", "r")
COUNTS = ("--alone", "0/30", "--load", "3/100")


@pytest.fixture(scope="module")
def place(new_project: Any) -> Any:
    """A project whose setting names another register, and a folder inside of it to start from."""
    project = new_project()
    project.write("pytest.ini", "[pytest]\nquarantine_file = flaky.toml\n")
    project.write("tests/deep/test_a.py", "def test_x(): pass\nclass TestAll:\n    def test_y(self): pass\n")
    return project


def run(project: Any, *words: str, folder: str = "tests/deep") -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of the project."""
    done: subprocess.CompletedProcess[str] = project.command(*words, folder=folder)
    return done


def test_commands_take_the_register_of_the_setting_under_the_root_folder(place: Any) -> None:
    added = run(place, "add", "tests/deep/test_a.py::TestAll", *ADD, *COUNTS)
    assert added.returncode == 0, added.stderr
    assert "TestAll" in (place.folder / "flaky.toml").read_text()
    assert "TestAll" in run(place, "list").stdout
    assert [path.name for path in Path(place.folder).rglob("*.toml")] == ["flaky.toml"]
    assert run(place, "release", "tests/deep/test_a.py::TestAll").returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add", "tests/deep/test_a.py::test_gone", *ADD, *COUNTS), "there is no such test; node ids are relative to"),
        (("add", "deep/test_a.py::test_x", *ADD, *COUNTS), "there is no such test"),
        (("add", "tests/deep/test_a.py::test_x", *ADD, "--alone", "0/0", "--load", "3/9"), "at least one run"),
        (("add", "tests/deep/test_a.py::test_x", *ADD, "--load", "3/9"), "--alone and --load belong together"),
        (("list", "--register", "/nonexistent"), "/nonexistent: there is no such register"),
        (("release", "x", "--register", "/nonexistent"), "is not in /nonexistent"),
        (("explain", "x", "--register", "/nonexistent"), "there is no such register"),
    ],
)
def test_what_is_not_there_is_refused(place: Any, words: tuple[str, ...], message: str) -> None:
    done = run(place, *words)
    assert (done.returncode, message in done.stderr) == (4, True), done.stderr


def test_a_pytest_that_does_not_start_is_told_of_with_the_way_round(new_project: Any) -> None:
    project = new_project()
    project.write("conftest.py", "raise OSError('no database')\n")
    done = run(project, "list", folder=".")
    assert done.returncode == 4
    assert "name the register with --register" in done.stderr
    assert "no database" in done.stderr


def test_a_measurement_finds_tests_from_a_folder_inside_of_the_project(place: Any) -> None:
    words = ("measure", "tests/deep/test_a.py::test_x", "--max-time", "1s", "--json")
    done = run(place, *words)
    assert '"verdict": "missing"' not in done.stdout
    assert '"nodeid": "tests/deep/test_a.py::test_x"' in done.stdout, done.stderr


@pytest.mark.parametrize("words", [(), ("--register", "q.toml"), ("--", "-p", "no:cacheprovider")])
def test_a_suite_is_collected_once_from_a_folder_inside_of_the_project(
    new_project: Any, words: tuple[str, ...]
) -> None:
    project = new_project()
    project.write("tests/deep/test_a.py", "def test_x(): pass\n")
    project.write(
        "conftest.py",
        "def pytest_collection_finish(session):\n"
        "    with open(session.config.rootpath / 'collected', 'a') as file: file.write(f'{len(session.items)} ')\n",
    )
    done = run(project, "bisect", "nowhere.py::test_x", *words)
    assert "must name one test; it names 0" in done.stderr
    assert (project.folder / "collected").read_text() == "1 "


def test_a_file_that_cannot_be_imported_is_left_out_and_named(project: Any) -> None:
    project.write("tests/test_a.py", "def test_x(): assert 0\n")
    project.write("tests/test_b.py", "import no_such_module\ndef test_y(): pass\n")
    project.write("pytest.ini", "[pytest]\naddopts = -x\n")
    done = project.command("measure", "--json", "--foreign-load", "1", "tests/test_a.py::test_x", "tests/test_b.py")
    assert [(one["nodeid"], one["verdict"]) for one in json.loads(done.stdout)] == [
        ("tests/test_a.py::test_x", "broken"),
        ("tests/test_b.py", "missing"),
    ]
    assert "tests/test_b.py cannot be collected and is left out" in done.stderr
    assert "its file cannot be collected" in run(project, "measure", "tests/test_b.py", folder=".").stdout
