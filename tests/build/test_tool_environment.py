"""The tool environment: made from the lock whatever pip is set to, checked before it counts, made again when broken."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scripts.build.locks.tool_environment import EnvironmentFault, ToolEnvironment, arrange_arguments
from tests.builds import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of a package that is installed here: what an index would give, without one."""
    package = importlib.metadata.distribution("packaging")
    path = tmp_path_factory.mktemp("wheels") / f"packaging-{package.version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file in package.files or []:
            if file.suffix != ".pyc" and not str(file).startswith(".."):
                archive.write(str(package.locate_file(file)), str(file))
    return path


@pytest.fixture(scope="module")
def made(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> ToolEnvironment:
    """An environment that was made while every setting said to install elsewhere."""
    root = tmp_path_factory.mktemp("checkout")
    elsewhere, settings = root / "elsewhere", root / "home" / ".config" / "pip" / "pip.conf"
    settings.parent.mkdir(parents=True)
    index = f"find-links = {wheel.parent}\nno-index = true\n"
    settings.write_text(f"[global]\n{index}target = {elsewhere}\n[install]\nprefix = {elsewhere}\n")
    hostile = {"PIP_TARGET": str(elsewhere), "PIP_PREFIX": str(elsewhere), "PIP_USER": "1", "PIP_DRY_RUN": "1"}
    environment = environment_of(root, wheel)
    environment.ensure({"PATH": os.environ["PATH"], "HOME": str(root / "home"), **hostile})
    assert not elsewhere.exists()
    return environment


def environment_of(root: Path, wheel: Path) -> ToolEnvironment:
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    name, version = wheel.name.split("-")[:2]
    (root / "requirements").mkdir(parents=True)
    other = f"colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:{'0' * 64}\n"
    (root / "requirements" / "build.txt").write_text(f"{other}{name}=={version} \\\n    --hash=sha256:{digest}\n")
    return ToolEnvironment(root)


def imports(environment: ToolEnvironment) -> bool:
    python = environment.venv / "bin" / "python"
    return subprocess.run([python, "-c", "import packaging"], check=False).returncode == 0


class NeverMade(ToolEnvironment):
    """Fails the test that would make an environment."""

    def _make(self, environ: Mapping[str, str]) -> None:
        pytest.fail("it was made again")


class NothingInstalled(ToolEnvironment):
    """An installer that reports success and installs nothing."""

    def _install(self, environ: Mapping[str, str]) -> None: ...


def test_settings_of_pip_do_not_lead_the_tools_elsewhere(made: ToolEnvironment) -> None:
    assert imports(made)


def test_what_is_whole_is_not_made_again(made: ToolEnvironment) -> None:
    NeverMade(made.root).ensure({})


def remove_python(environment: ToolEnvironment) -> None:
    (environment.venv / "bin" / "python").unlink()


def remove_package(environment: ToolEnvironment) -> None:
    [package] = environment.venv.glob("lib/*/site-packages/packaging")
    shutil.rmtree(package)


def remove_program(environment: ToolEnvironment) -> None:
    (environment.venv / "bin" / "pip").unlink()


def remove_all(environment: ToolEnvironment) -> None:
    shutil.rmtree(environment.venv)


def change_lock(environment: ToolEnvironment) -> None:
    with environment.lock.open("a") as file:
        file.write("# another one\n")


def write_mark_of_old(environment: ToolEnvironment) -> None:
    (environment.store / "made-from").write_text("1729 5120\n")


DAMAGES = (remove_python, remove_package, remove_program, remove_all, change_lock, write_mark_of_old)


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_broken_or_old_is_made_again(
    made: ToolEnvironment, tmp_path: Path, damage: Callable[[ToolEnvironment], None]
) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(made.root, whole, symlinks=True)
    try:
        damage(made)
        with pytest.raises(pytest.fail.Exception, match="made again"):
            NeverMade(made.root).ensure({})
    finally:
        shutil.rmtree(made.root)
        whole.rename(made.root)


def test_a_moved_checkout_makes_its_own(made: ToolEnvironment, tmp_path: Path) -> None:
    shutil.copytree(made.root, tmp_path / "moved", symlinks=True)
    with pytest.raises(pytest.fail.Exception, match="made again"):
        NeverMade(tmp_path / "moved").ensure({})


def test_an_environment_that_lacks_something_is_not_marked_as_made(tmp_path: Path, wheel: Path) -> None:
    root = environment_of(tmp_path, wheel).root
    for _ in range(2):
        with pytest.raises(EnvironmentFault, match="packaging"):
            NothingInstalled(root).ensure({"PATH": os.environ["PATH"]})
    assert not (root / ".buildenv" / "made-from").exists()


def test_after_a_failure_it_is_made_when_the_index_is_back(tmp_path: Path, wheel: Path) -> None:
    environment = environment_of(tmp_path, wheel)
    settings = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PIP_NO_INDEX": "1"}
    with pytest.raises(EnvironmentFault, match="index"):
        environment.ensure(settings)
    environment.ensure({**settings, "PIP_FIND_LINKS": str(wheel.parent)})
    assert imports(environment)


def test_a_command_that_is_not_there_is_one_line() -> None:
    done = subprocess.run(
        ["sh", "./buildenv.sh", "no-such-tool"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 127
    assert done.stderr.splitlines()[-1] == "buildenv.sh: no-such-tool: not found"


@pytest.mark.parametrize(
    ("given", "arranged"),
    [
        ("nox -s tests --changed-since main", "nox -s tests -- --changed-since main"),
        ("nox -s tests --changed-since main -- -x", "nox -s tests -- --changed-since main -x"),
        ("nox -s tests -- -x --changed-since main", "nox -s tests -- -x --changed-since main"),
        ("nox -s lint", "nox -s lint"),
        ("uv --changed-since main", "uv --changed-since main"),
    ],
)
def test_our_own_option_is_put_where_nox_hands_it_on(given: str, arranged: str) -> None:
    assert arrange_arguments(given.split(" ")) == arranged.split(" ")
