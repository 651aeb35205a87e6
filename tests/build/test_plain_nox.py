"""Every session works with a plain `pip install nox`, the oldest and the newest, on a clone that has nothing else."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from scripts.build.locks.lock import uv
from tests.builds import ROOT

# The newest is the one that `requirements/build.txt` locks; both come with hashes.
LOCKS = "scripts/build/locks"
REQUIREMENTS = {"oldest": ["-r", "tests/build/oldest_nox.txt"], "newest": ["-c", "requirements/build.txt"]}
# Stands in for `buildenv.sh`: says where it runs, with which Python, and what it was asked.
RECORDER = '#!/bin/sh\nprintf "%s\\n" "$PWD" "$PYTHON"\nprintf "%s|" "$@"\n'
MAKING_TIMEOUT_S = 600


def locked_nox() -> str:
    [pinned] = re.findall(r"^nox==\S+", (ROOT / "requirements" / "build.txt").read_text(), re.MULTILINE)
    return str(pinned)


@pytest.fixture(scope="module", params=REQUIREMENTS)
def plain_nox(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The nox of an environment that holds nothing else, made from a lock."""
    folder = tmp_path_factory.mktemp(request.param)
    venv.create(folder, with_pip=False)
    packages = [locked_nox()] if request.param == "newest" else []
    options = ["--quiet", "--require-hashes", "--python", str(folder / "bin" / "python")]
    command = [uv(), "pip", "install", *options, *REQUIREMENTS[request.param], *packages]
    # Without the network when it was there once.
    if subprocess.run([*command, "--offline"], cwd=ROOT, capture_output=True, check=False).returncode:
        subprocess.run(command, cwd=ROOT, check=True)
    return folder / "bin" / "nox"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The tracked and the new files of this checkout, in a place with a space, without what was made from them."""
    folder = tmp_path / "a clone"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ":!docs/images"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """A checkout of what a plain nox loads, whose `buildenv.sh` only says how it was called."""
    folder = tmp_path / "a clone"
    (folder / LOCKS).mkdir(parents=True)
    packages = ("scripts/__init__.py", "scripts/build/__init__.py", f"{LOCKS}/__init__.py")
    for name in ("noxfile.py", *packages, f"{LOCKS}/locked_nox.py"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "buildenv.sh").write_text(RECORDER)
    return folder


def run(nox: Path, *arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a plain nox that finds no tool of ours."""
    path = os.pathsep.join(place for place in os.defpath.split(os.pathsep) if place)
    inherited = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    env = {**inherited, "PATH": path, "PYTHON": sys.executable, **environment}
    return subprocess.run(
        [str(nox), *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=MAKING_TIMEOUT_S, check=False
    )


def sessions() -> list[str]:
    tree = ast.parse((ROOT / "noxfile.py").read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    return [node.name.removesuffix("_") for node in functions if "locked_session" in ast.unparse(node)]


def test_the_oldest_nox_is_the_one_that_the_noxfile_asks_for() -> None:
    needed = re.search(r'^nox\.needs_version = ">=(.+)"$', (ROOT / "noxfile.py").read_text(), re.MULTILINE)
    locked = re.search(r"^nox==(\S+)", (ROOT / "tests" / "build" / "oldest_nox.txt").read_text(), re.MULTILINE)
    assert needed is not None
    assert locked is not None
    assert needed[1] == locked[1]


def test_every_session_is_one_that_hands_over() -> None:
    decorated = re.findall(r"^@(\w+\b.*?)\(.*\n(?:@.*\n)*def ", (ROOT / "noxfile.py").read_text(), re.MULTILINE)
    assert decorated.count("locked_session") == len(sessions()) > 10
    assert not [decorator for decorator in decorated if decorator.startswith("nox")]


def test_listing_the_sessions_makes_nothing(plain_nox: Path, clone: Path) -> None:
    listed = run(plain_nox, "-l", cwd=clone)
    assert listed.returncode == 0, listed.stderr
    assert re.findall(r"^[*-] (\w+) ->", listed.stdout, re.MULTILINE) == sessions()
    assert not (clone / ".buildenv").exists()


@pytest.mark.parametrize("session", ["build", "tests", "lock"])
def test_a_session_hands_the_same_arguments_to_the_locked_nox(plain_nox: Path, recorder: Path, session: str) -> None:
    done = run(plain_nox, "-s", session, "-r", "--", "a b", "-x", cwd=recorder)
    assert (done.returncode, done.stdout.splitlines()[:2]) == (0, [str(recorder), sys.executable]), done.stderr
    assert done.stdout.splitlines()[2] == f"nox|-s|{session}|-r|--|a b|-x|"
    assert not list(recorder.glob(".nox/*"))


def test_a_nox_called_from_elsewhere_hands_over_there(plain_nox: Path, recorder: Path, tmp_path: Path) -> None:
    done = run(plain_nox, "-f", "a clone/noxfile.py", "-s", "build", cwd=tmp_path)
    assert done.stdout.splitlines()[::2] == [str(tmp_path), "nox|-f|a clone/noxfile.py|-s|build|"], done.stderr


def test_without_a_python3_that_fits_it_is_the_one_of_nox(plain_nox: Path, recorder: Path, tmp_path: Path) -> None:
    tools = tmp_path / "path"
    tools.mkdir()
    (tools / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    (tools / "python3").write_text("#!/bin/sh\nexit 1\n")
    (tools / "python3").chmod(0o755)
    done = run(plain_nox, "-s", "build", cwd=recorder, PATH=str(tools), PYTHON="")
    assert done.stdout.splitlines()[1] == str(plain_nox.with_name("python")), done.stderr


def test_a_failed_session_fails_the_plain_nox_too(plain_nox: Path, recorder: Path) -> None:
    (recorder / "buildenv.sh").write_text("#!/bin/sh\nexit 7\n")
    assert run(plain_nox, "-s", "build", cwd=recorder).returncode == 7


def test_another_nox_in_place_of_the_locked_one_is_an_error_not_a_circle(plain_nox: Path, recorder: Path) -> None:
    (recorder / "buildenv.sh").write_text(f'#!/bin/sh\nshift\nexec "{plain_nox}" "$@"\n')
    done = run(plain_nox, "-s", "build", cwd=recorder)
    assert done.returncode == 1
    assert "remove" in done.stderr


def test_a_session_runs_on_a_fresh_clone(plain_nox: Path, clone: Path) -> None:
    done = run(plain_nox, "-s", "lint", "--", "locks", cwd=clone)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (clone / ".buildenv" / "venv" / "bin" / "nox").is_file()
