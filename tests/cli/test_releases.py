"""Installing, upgrading, going back and cleaning up, with small builds whose binaries print their release."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hero_assistance.releases.errors import (
    BadBuild,
    ChecksumMismatch,
    ForeignFile,
    InstallBusy,
    InstallFailed,
    NoSuchRelease,
    WrongTarget,
)
from hero_assistance.releases.install import Outcome, install
from hero_assistance.releases.manifest import RELEASE_FILE, read_build
from hero_assistance.releases.mending import mend
from hero_assistance.releases.prune import KEPT_FOR_ROLLBACK
from hero_assistance.releases.sources import own_build
from hero_assistance.releases.sources.own_build import find_build
from hero_assistance.releases.store import ReleaseStore
from hero_assistance.releases.switch import rollback
from hero_assistance.releases.target import check_installed_target, running_target
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.zipapp.header import HEADER_SIZE, Target
from hero_assistance_sdk.zipapp.system_command import SCRIPT
from scripts.build.release.zipapp import this_target
from tests.builds import SMALL_BINARIES, make_build, run


def installed(store: ReleaseStore, tmp_path: Path, release: str, *, force: bool = False) -> Outcome:
    """Install a small build of that release, made once a test."""
    folder = tmp_path / release
    return install(store, folder if folder.exists() else make_build(folder, release), lambda _step: None, force=force)


def test_every_binary_runs_after_install(store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]) -> None:
    installed(store, tmp_path, "1.0-one")
    assert [run(store.bin / name, env=hero_env) for name in SMALL_BINARIES] == ["1.0-one"] * 2


def test_force_installs_again_what_is_installed(store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]) -> None:
    installed(store, tmp_path, "1.0-one")
    assert not installed(store, tmp_path, "1.0-one").changed
    again = installed(store, tmp_path, "1.0-one", force=True)
    assert (again.changed, again.switched.before, again.switched.after) == (True, "1.0-one", "1.0-one")
    assert run(store.bin / "alpha", env=hero_env) == "1.0-one"
    assert [one.release for one in store.list_installed()] == ["1.0-one"]


def test_an_installed_file_is_still_the_zipapp(store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]) -> None:
    """Python runs it by name, too, and so does whoever copies it to a place of its own."""
    installed(store, tmp_path, "1.0-one")
    done = subprocess.run(
        [sys.executable, store.bin / "alpha"], env=hero_env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "1.0-one\n")


def test_installing_twice_changes_nothing(store: ReleaseStore, tmp_path: Path) -> None:
    assert installed(store, tmp_path, "1.0-one").changed
    assert not installed(store, tmp_path, "1.0-one").changed


def test_an_upgrade_switches_every_binary(store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]) -> None:
    installed(store, tmp_path, "1.0-one")
    outcome = installed(store, tmp_path, "1.0-two")
    assert (outcome.switched.before, outcome.switched.after) == ("1.0-one", "1.0-two")
    assert [run(store.bin / name, env=hero_env) for name in SMALL_BINARIES] == ["1.0-two"] * 2


def test_unchanged_files_are_shared_between_releases(store: ReleaseStore, tmp_path: Path) -> None:
    installed(store, tmp_path, "1.0-one")
    installed(store, tmp_path, "1.0-two")
    same = Path("lib", "alpha", "hero_assistance_sdk", "zipapp", "tree.py")
    one, two = (store.release(release) / same for release in ("1.0-one", "1.0-two"))
    assert one.stat().st_ino == two.stat().st_ino


def test_a_damaged_zipapp_is_refused_by_name(store: ReleaseStore, tmp_path: Path) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    with (build / "beta").open("r+b") as file:
        file.seek(5000)
        file.write(b"X")
    with pytest.raises(ChecksumMismatch, match="beta"):
        install(store, build, print)
    assert store.live() is None
    assert store.list_unfinished() == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda build: (build / "manifest.json").unlink(),
        lambda build: (build / "manifest.json").write_text("{"),
        lambda build: (build / "manifest.json").write_text('{"schema": 99}'),
        lambda build: (build / "manifest.json").write_text('{"schema": 1, "files": []}'),
        lambda build: (build / "alpha").unlink(),
    ],
    ids=["no manifest", "half a manifest", "a newer manifest", "an empty manifest", "no zipapp"],
)
def test_half_a_build_is_refused(spoil: Callable[[Path], object], store: ReleaseStore, tmp_path: Path) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    spoil(build)
    with pytest.raises(BadBuild):
        install(store, build, print)


@pytest.mark.parametrize("release", ["current", "../evil", "a/b", ".new", "", "x y", "."])
def test_a_manifest_cannot_name_a_release_elsewhere(release: str, store: ReleaseStore, tmp_path: Path) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    manifest = build / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"1.0-one"', f'"{release}"'))
    with pytest.raises(BadBuild, match="names no release"):
        install(store, build, print)
    assert not store.folder.exists()


@pytest.mark.parametrize("name", ["../evil", "a/b", "-x", "", "a b", "x\ny"])
def test_a_manifest_cannot_name_a_file_elsewhere(name: str, tmp_path: Path) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    manifest = build / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"alpha"', f'"{name}"'.replace("\n", "\\n")))
    with pytest.raises(BadBuild, match="unsafe"):
        read_build(build)


def test_a_foreign_file_is_left_alone(store: ReleaseStore, tmp_path: Path) -> None:
    store.bin.mkdir(parents=True)
    (store.bin / "beta").write_text("mine")
    with pytest.raises(ForeignFile, match="beta"):
        installed(store, tmp_path, "1.0-one")
    assert (store.bin / "beta").read_text() == "mine"
    assert store.live() is None


def test_force_replaces_a_foreign_file(store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]) -> None:
    store.bin.mkdir(parents=True)
    (store.bin / "beta").write_text("mine")
    installed(store, tmp_path, "1.0-one", force=True)
    assert run(store.bin / "beta", env=hero_env) == "1.0-one"


def test_a_write_that_fails_leaves_the_old_release(
    store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]
) -> None:
    """A file where a folder belongs stands for every refusal of the system; root ignores modes."""
    installed(store, tmp_path, "1.0-one")
    (store.folder / "1.0-two").write_text("in the way")
    with pytest.raises(InstallFailed, match="cannot install"):
        installed(store, tmp_path, "1.0-two")
    assert run(store.bin / "alpha", env=hero_env) == "1.0-one"
    assert store.list_unfinished() == []


def test_a_second_install_says_who_it_waited_for(store: ReleaseStore, tmp_path: Path) -> None:
    store.folder.mkdir(parents=True)
    told: list[str] = []
    with (store.folder / ".lock").open("w+") as held:
        held.write("4711\n")
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(InstallBusy, match="4711"), store.exclusive(told.append, timeout_s=0.2):
            pass
    assert told == ["another install runs (process 4711); waiting for it"]


def test_installs_at_the_same_time_all_end_well(store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]) -> None:
    releases = [f"1.0-{number}" for number in range(4)]
    for release in releases:
        make_build(tmp_path / release, release)
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda release: installed(store, tmp_path, release), releases))
    assert all(outcome.changed for outcome in outcomes)
    assert run(store.bin / "alpha", env=hero_env) == store.live()
    assert store.list_unfinished() == []


def test_rollback_walks_back_from_the_live_release(store: ReleaseStore, tmp_path: Path) -> None:
    for release in ("1.0-one", "1.0-two", "1.0-three"):
        installed(store, tmp_path, release)
    assert rollback(store).after == "1.0-two"
    assert rollback(store).after == "1.0-one"
    with pytest.raises(NoSuchRelease):
        rollback(store)


def test_rollback_to_a_named_release(store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]) -> None:
    for release in ("1.0-one", "1.0-two", "1.0-three"):
        installed(store, tmp_path, release)
    rollback(store, "1.0-one")
    assert run(store.bin / "beta", env=hero_env) == "1.0-one"
    with pytest.raises(NoSuchRelease, match="installed: "):
        rollback(store, "1.0-none")


def test_rollback_after_a_downgrade_goes_to_what_was_live_before(store: ReleaseStore, tmp_path: Path) -> None:
    for release in ("1.0-one", "1.0-two", "1.0-one"):
        installed(store, tmp_path, release)
    assert store.live() == "1.0-one"
    assert rollback(store).after == "1.0-two"


def test_an_installed_release_is_installed_again_from_its_own_folder(
    store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]
) -> None:
    """As the newest, and mended, unless one of its archives is damaged itself."""
    for release in ("1.0-one", "1.0-two"):
        installed(store, tmp_path, release)
    folder = store.release("1.0-one")
    next((folder / "lib" / "alpha").rglob("__main__.py")).write_text("damaged")
    outcome = install(store, folder, lambda _step: None)
    assert (outcome.switched.before, outcome.switched.after) == ("1.0-two", "1.0-one")
    assert [one.release for one in store.list_installed()] == ["1.0-one", "1.0-two"]
    assert [run(store.bin / name, env=hero_env) for name in SMALL_BINARIES] == ["1.0-one"] * 2
    assert not install(store, folder, lambda _step: None).changed
    other = store.release("1.0-two")
    with (other / "beta").open("r+b") as archive:
        archive.seek(HEADER_SIZE)
        archive.write(b"damaged")
    with pytest.raises(ChecksumMismatch, match=r"1\.0-two/beta is damaged"):
        install(store, other, lambda _step: None)
    (other / "beta").unlink()
    with pytest.raises(ChecksumMismatch, match=r"1\.0-two/beta is missing"):
        install(store, other, lambda _step: None)
    assert store.live() == "1.0-one"


def test_only_the_releases_kept_for_rollback_stay(store: ReleaseStore, tmp_path: Path) -> None:
    for number in range(KEPT_FOR_ROLLBACK + 3):
        installed(store, tmp_path, f"1.0-{number}")
    assert [one.release for one in store.list_installed()] == ["1.0-5", "1.0-4", "1.0-3", "1.0-2"]


def test_a_release_in_use_is_never_removed(store: ReleaseStore, tmp_path: Path) -> None:
    installed(store, tmp_path, "1.0-used")
    held = os.open(store.release("1.0-used"), os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_SH)
    try:
        for number in range(KEPT_FOR_ROLLBACK + 2):
            installed(store, tmp_path, f"1.0-{number}")
        assert store.release("1.0-used").is_dir()
    finally:
        os.close(held)
    installed(store, tmp_path, "1.0-last")
    assert not store.release("1.0-used").exists()


FOREIGN = [
    Target("CPython 3.9", "darwin-arm64"),
    Target("CPython 3.9", this_target().platform),
    Target("PyPy 3.11", this_target().platform),
    Target(f"{this_target().python}t", this_target().platform),
    Target(this_target().python, f"{this_target().platform}-musl"),
    Target("", ""),
]


@pytest.mark.parametrize("target", FOREIGN, ids=str)
def test_a_build_for_another_target_is_refused(target: Target, store: ReleaseStore, tmp_path: Path) -> None:
    installed(store, tmp_path, "1.0-one")
    build = make_build(tmp_path / "other", "1.0-other", target=target)
    for force in (False, True):
        with pytest.raises(WrongTarget) as refused:
            install(store, build, print, force=force)
        assert f"built for {target}, and this is {this_target()}" in refused.value.message
        assert refused.value.hint
    assert store.live() == "1.0-one"
    assert [one.release for one in store.list_installed()] == ["1.0-one"]
    assert store.list_unfinished() == []


def test_the_target_is_the_one_that_a_zipapp_compares() -> None:
    assert running_target() == this_target()


def _claim(store: ReleaseStore, release: str, target: Target) -> None:
    """Make an installed release one for another target, as an install that did not look would have left it."""
    path = store.release(release) / RELEASE_FILE
    record = json.loads(path.read_bytes())
    path.write_text(json.dumps({**record, "python": target.python, "platform": target.platform}))


@pytest.mark.parametrize("named", [True, False])
def test_going_back_to_a_release_for_another_target_is_refused(
    named: bool, store: ReleaseStore, tmp_path: Path
) -> None:
    for release in ("1.0-one", "1.0-two"):
        installed(store, tmp_path, release)
    _claim(store, "1.0-one", FOREIGN[0])
    with pytest.raises(WrongTarget, match=r"built for CPython 3\.9 on darwin-arm64, and this is CPython"):
        rollback(store, "1.0-one" if named else None)
    assert store.live() == "1.0-two"


def test_a_live_release_for_another_target_is_not_started(store: ReleaseStore, tmp_path: Path) -> None:
    installed(store, tmp_path, "1.0-one")
    _claim(store, "1.0-one", FOREIGN[1])
    with pytest.raises(WrongTarget):
        mend(store)


def test_an_installed_release_is_held_against_its_own_interpreter(store: ReleaseStore, tmp_path: Path) -> None:
    """Another program may look at it, run by another Python."""
    installed(store, tmp_path, "1.0-one")
    manifest = read_build(tmp_path / "1.0-one")
    folder = store.release("1.0-one")
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    other.chmod(0o755)
    pinned = str(Path(sys.executable).resolve())
    unknown = (tmp_path / "gone", Path("/bin/false"))
    for name, is_wrong in ((other, False), *((path, False) for path in unknown), (Path("/bin/echo"), True)):
        archive = folder / SMALL_BINARIES[0]
        head, rest = archive.read_bytes()[:HEADER_SIZE], archive.read_bytes()[HEADER_SIZE:]
        moved = head.replace(pinned.encode(), str(name).encode())
        archive.write_bytes(moved[:HEADER_SIZE].ljust(HEADER_SIZE, b"#") + rest)
        pinned = str(name)
        with pytest.raises(WrongTarget) if is_wrong else contextlib.nullcontext():
            check_installed_target(folder, manifest)


def test_a_program_of_a_build_installs_it(store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]) -> None:
    build = make_build(tmp_path / "build", "1.0-aaaaaaaaaaaa")
    link = tmp_path / "link"
    link.symlink_to(build / "alpha")
    assert find_build(link) == build
    with pytest.raises(UsageError, match="name the SOURCE to install"):
        find_build(store.bin / "alpha")


def test_an_installed_program_names_the_command_of_the_package(
    store: ReleaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell may find the live release before the package's command, which alone knows its build."""
    command = tmp_path / "hero_assistance"
    command.write_text(SCRIPT)
    monkeypatch.setattr(own_build, "COMMAND", str(command))
    installed(store, tmp_path, "1.0-one")
    with pytest.raises(UsageError) as refused:
        find_build(store.bin / "alpha")
    assert refused.value.hint == f"for the release of the package: {command} install"
