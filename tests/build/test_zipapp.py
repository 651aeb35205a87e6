"""A zipapp is sealed, says what it was built for, and has the same bytes wherever it is made."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from hero_assistance_sdk.zipapp.header import HEADER_SIZE, Pin, Target, pinned_header, portable_header, read_pin
from scripts.build.release.zipapp import this_target
from scripts.build.workspace import Workspace
from tests.builds import make_build, run
from tests.import_guard import poisoned

TARGET = Target("CPython 3.11", "linux-x86_64")


def test_both_headers_have_the_same_size() -> None:
    pin = Pin(Path("/usr/bin/python3.11"), Path("/a b/it's/release"), "alpha")
    assert len(portable_header("alpha", TARGET)) == len(pinned_header(pin, TARGET)) == HEADER_SIZE


def test_a_pin_is_read_back_from_its_header(tmp_path: Path) -> None:
    pin = Pin(Path("/usr/bin/python3.11"), Path("/a b/it's/ünder"), "alpha")
    (tmp_path / "alpha").write_bytes(pinned_header(pin, TARGET))
    assert read_pin(tmp_path / "alpha") == pin


def test_a_portable_header_has_no_pin(tmp_path: Path) -> None:
    (tmp_path / "alpha").write_bytes(portable_header("alpha", TARGET))
    assert read_pin(tmp_path / "alpha") is None


def test_a_path_too_long_for_the_header_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes more"):
        pinned_header(Pin(Path("/p"), Path("/" + "x" * HEADER_SIZE), "alpha"), TARGET)


def test_a_built_zipapp_runs_uninstalled(tmp_path: Path, hero_env: dict[str, str]) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    assert run(build / "alpha", env=hero_env) == "1.0-one"


def test_the_cache_holds_one_tree_a_binary(tmp_path: Path, hero_env: dict[str, str]) -> None:
    """A new build removes the unpacked trees of the builds before it."""
    for number in range(3):
        build = make_build(tmp_path / f"dist{number}", f"1.0-{number}")
        run(build / "alpha", env=hero_env)
    cache = Path(hero_env["HOME"], ".cache", "hero_assistance", "zipapps")
    assert len([path for path in cache.iterdir() if path.is_dir()]) == 1


def test_a_damaged_cache_heals_at_the_next_start(tmp_path: Path, hero_env: dict[str, str]) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    run(build / "alpha", env=hero_env)
    cache = Path(hero_env["HOME"], ".cache", "hero_assistance", "zipapps")
    [module] = cache.glob("*/site-packages/hero_assistance_sdk/release.py")
    module.unlink()
    assert run(build / "alpha", env=hero_env) == "1.0-one"


def trees(cache: Path) -> list[Path]:
    return [path for path in cache.glob("hero_assistance*/zipapps/alpha_*") if path.is_dir()]


def test_every_binary_brings_platformdirs(dist: Path) -> None:
    for binary in Workspace().binaries:
        with zipfile.ZipFile(dist / binary) as archive:
            assert "site-packages/platformdirs/__init__.py" in archive.namelist()


@pytest.fixture
def read_only_home(tmp_path: Path, hero_env: dict[str, str]) -> dict[str, str]:
    """A home folder in which nothing can be made, for root neither, and a temporary folder of its own."""
    (tmp_path / "home").write_text("a file, so that no folder can be made below it\n")
    (tmp_path / "tmp").mkdir()
    return {**hero_env, "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}


def test_the_cache_is_where_platformdirs_says(tmp_path: Path, hero_env: dict[str, str], dist: Path) -> None:
    env = {**hero_env, "XDG_CACHE_HOME": str(tmp_path / "caches")}
    assert run(dist / "hero_assistance", "--version", env=env).startswith("hero_assistance ")
    assert len(list((tmp_path / "caches" / "hero_assistance" / "zipapps").glob("hero_assistance_*/site-packages"))) == 1
    assert not Path(hero_env["HOME"], ".cache").exists()


def test_without_a_home_that_can_be_written_it_is_a_private_temporary_folder(
    tmp_path: Path, read_only_home: dict[str, str]
) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    for _ in range(2):
        assert run(build / "alpha", env=read_only_home) == "1.0-one"
    assert len(trees(tmp_path / "tmp")) == 1
    [folder] = (tmp_path / "tmp").glob("hero_assistance-*")
    assert (folder.stat().st_mode & 0o777, folder.stat().st_uid) == (0o700, os.geteuid())


@pytest.mark.parametrize("planted", ["link", "open to all", "file"])
def test_a_temporary_folder_that_others_can_reach_is_refused(
    planted: str, tmp_path: Path, read_only_home: dict[str, str]
) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    place = tmp_path / "tmp" / f"hero_assistance-{os.geteuid()}"
    (tmp_path / "other").mkdir(mode=0o700)
    if planted == "link":
        place.symlink_to(tmp_path / "other")
    elif planted == "file":
        place.touch()
    else:
        place.mkdir()
        place.chmod(0o777)
    done = subprocess.run([build / "alpha"], env=read_only_home, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert f"{place} is not a folder of this user alone" in done.stderr
    assert "set XDG_CACHE_HOME or TMPDIR" in done.stderr
    assert not list((tmp_path / "other").iterdir())


def test_the_wrong_interpreter_is_named_in_one_line(tmp_path: Path, hero_env: dict[str, str]) -> None:
    build = make_build(tmp_path / "dist", "1.0-one", target=Target("CPython 3.99", "linux-x86_64"))
    done = subprocess.run([build / "alpha"], env=hero_env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"alpha: built for CPython 3.99 on linux-x86_64, met {this_target()}\n"


def test_the_wrong_platform_is_named_in_one_line(tmp_path: Path, hero_env: dict[str, str]) -> None:
    wrong = Target(this_target().python, "plan9-mips")
    build = make_build(tmp_path / "dist", "1.0-one", target=wrong)
    done = subprocess.run([build / "alpha"], env=hero_env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"alpha: built for {wrong}, met {this_target()}\n"


def test_no_python_at_all_is_said(tmp_path: Path, hero_env: dict[str, str]) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    env = {**hero_env, "PATH": str(tmp_path)}
    done = subprocess.run(["/bin/sh", build / "alpha"], env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "met no Python" in done.stderr


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    """Another folder and another umask; `nox -s reproduce` varies the rest over the real build."""
    one = make_build(tmp_path / "one", "1.0-same")
    before = os.umask(0o077)
    try:
        two = make_build(tmp_path / "another place" / "two", "1.0-same")
    finally:
        os.umask(before)
    assert (one / "alpha").read_bytes() == (two / "alpha").read_bytes()


def test_members_carry_no_day_and_no_umask(tmp_path: Path) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    with zipfile.ZipFile(build / "alpha") as archive:
        moments = {info.date_time for info in archive.infolist()}
        modes = {info.external_attr >> 16 for info in archive.infolist()}
    assert moments == {(1980, 1, 1, 0, 0, 0)}
    assert modes <= {0o100644, 0o100755}


@pytest.mark.parametrize("installed", [False, True], ids=["built", "installed"])
def test_nothing_of_the_host_leaks_in(
    installed: bool, tmp_path: Path, hero_env: dict[str, str], small_install: Path
) -> None:
    """A poisoned module in user site, PYTHONPATH and the working directory, and shiv's own settings."""
    env, cwd = poisoned(hero_env, tmp_path)
    binary = small_install / "bin" / "alpha" if installed else make_build(tmp_path / "d", "1.0-one") / "alpha"
    assert run(binary, env=env, cwd=cwd) == "1.0-one"
    assert not (tmp_path / "shiv").exists()
