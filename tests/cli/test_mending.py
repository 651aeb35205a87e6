"""A damaged release: found by path, and whole again after the next start."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from hero_assistance.releases.errors import DamagedRelease
from hero_assistance.releases.manifest import read_build
from hero_assistance.releases.mending import find_faults, mend
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.zipapp.header import HEADER_SIZE, pinned_header, portable_header, read_pin, read_target
from hero_assistance_sdk.zipapp.tree import find_damaged
from scripts.build.release.zipapp import this_target
from tests.builds import SMALL_BINARIES, run
from tests.cli.test_releases import installed


@pytest.mark.parametrize(
    "path",
    [
        "lib/alpha/hero_assistance_sdk/release.py",
        "lib/alpha/alpha/__main__.py",
        "lib/alpha/hero_assistance_sdk/zipapp/start.py",
        "lib/alpha.py",
        "lib/alpha",
    ],
)
def test_a_damaged_tree_heals_at_the_next_start(
    path: str, store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]
) -> None:
    installed(store, tmp_path, "1.0-one")
    release = store.release("1.0-one")
    target = release / path
    target.rename(tmp_path / "gone")
    for code in release.glob("lib/alpha/**/*.pyc"):
        code.unlink()
    assert run(store.bin / "alpha", env=hero_env) == "1.0-one"
    assert target.exists()
    assert find_damaged(release / "alpha", release / "lib" / "alpha") == []


def test_damage_is_named_and_mended_by_install(store: ReleaseStore, tmp_path: Path) -> None:
    installed(store, tmp_path, "1.0-one")
    manifest = read_build(tmp_path / "1.0-one")
    victim = store.release("1.0-one") / "lib" / "beta" / "beta" / "__main__.py"
    victim.unlink()
    victim.write_text("changed")
    assert find_faults(store, manifest) == [str(victim)]
    assert installed(store, tmp_path, "1.0-one").changed
    assert find_faults(store, manifest) == []


def test_many_first_starts_at_once_all_succeed(store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]) -> None:
    """The tree is gone, so every one of them mends it while the others start from it."""
    installed(store, tmp_path, "1.0-one")
    tree = store.release("1.0-one") / "lib" / "alpha"
    tree.rename(tmp_path / "gone")
    with ThreadPoolExecutor(16) as pool:
        printed = list(pool.map(lambda _: run(store.bin / "alpha", env=hero_env), range(160)))
    assert printed == ["1.0-one"] * 160


def repin(archive: Path, interpreter: Path) -> None:
    """Change the interpreter that an installed zipapp is pinned to, as if that one had been there at its install."""
    pin, target = read_pin(archive), read_target(archive)
    assert pin is not None
    assert target is not None
    with archive.open("r+b") as file:
        file.write(pinned_header(replace(pin, interpreter=interpreter), target))


def pinned_interpreter(archive: Path) -> Path:
    pin = read_pin(archive)
    assert pin is not None
    return pin.interpreter


def test_a_start_without_the_pinned_interpreter_pins_another(
    store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]
) -> None:
    """Python was upgraded, and the one that was pinned is gone: only the first start looks for another."""
    installed(store, tmp_path, "1.0-one")
    manifest = read_build(tmp_path / "1.0-one")
    archive = store.release("1.0-one") / "alpha"
    repin(archive, tmp_path / "gone")
    assert find_faults(store, manifest) == [str(archive)]
    assert run(store.bin / "alpha", env=hero_env) == "1.0-one"
    assert os.access(pinned_interpreter(archive), os.X_OK)
    assert find_faults(store, manifest) == []


def test_a_release_whose_root_was_moved_starts_from_where_it_is(
    store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]
) -> None:
    installed(store, tmp_path, "1.0-one")
    root, moved = store.bin.parent, store.bin.parent.with_name(f"{store.bin.parent.name}-moved")
    home = root / "home"
    root.rename(moved)
    try:
        there = ReleaseStore.from_paths(Paths.from_environ({"HOME": str(home), "PATH_ROOT": str(moved)}))
        archive = there.release("1.0-one") / "alpha"
        assert run(there.bin / "alpha", env=hero_env) == "1.0-one"
        found = read_pin(archive)
        assert found is not None
        assert found.release == archive.parent
        assert f"{archive.parent / 'lib' / 'alpha'}" in found.boot.read_text()
        mend(there)
        assert find_faults(there, read_build(tmp_path / "1.0-one")) == []
        # Nothing went to a cache, and nothing to the old place.
        assert not root.exists()
        assert not (moved / "home" / ".cache").exists()
    finally:
        moved.rename(root)


def _lose_interpreter(store: ReleaseStore) -> None:
    repin(store.release("1.0-one") / "beta", store.folder / "gone")


def _garble_header(store: ReleaseStore) -> None:
    with (store.release("1.0-one") / "beta").open("r+b") as file:
        file.write(bytes(HEADER_SIZE))


def _put_built_header(store: ReleaseStore) -> None:
    archive = store.release("1.0-one") / "beta"
    with archive.open("r+b") as file:
        file.write(portable_header("beta", this_target()))


def _lib(store: ReleaseStore) -> Path:
    return store.release("1.0-one") / "lib"


DAMAGE: dict[str, Callable[[ReleaseStore], object]] = {
    "interpreter gone": _lose_interpreter,
    "header garbled": _garble_header,
    "header as built": _put_built_header,
    "boot file gone": lambda store: (_lib(store) / "beta.py").unlink(),
    "boot file changed": lambda store: (_lib(store) / "beta.py").write_text("print('other')"),
    "boot file cut": lambda store: os.truncate(_lib(store) / "beta.py", 20),
    "not executable": lambda store: (store.release("1.0-one") / "beta").chmod(0o644),
    "tree gone": lambda store: shutil.rmtree(_lib(store) / "beta"),
    "file gone": lambda store: (_lib(store) / "beta" / "beta" / "__main__.py").unlink(),
    "file changed": lambda store: (_lib(store) / "beta" / "beta" / "__init__.py").write_text("changed"),
    "sums gone": lambda store: (_lib(store) / "beta.pyc.json").unlink(),
    "sums cut": lambda store: (_lib(store) / "beta.pyc.json").write_text("{"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_every_kind_of_damage_of_another_binary_is_mended(
    kind: str, store: ReleaseStore, tmp_path: Path, hero_env: dict[str, str]
) -> None:
    """As `--start` mends it, and then the binary goes straight to its tree."""
    installed(store, tmp_path, "1.0-one")
    manifest = read_build(tmp_path / "1.0-one")
    DAMAGE[kind](store)
    assert find_faults(store, manifest)
    assert mend(store)
    assert find_faults(store, manifest) == []
    assert mend(store) == []
    archive = store.release("1.0-one") / "beta"
    assert pinned_interpreter(archive) == Path(sys.executable).resolve()
    # Without PATH no other interpreter is found, and none is looked for.
    assert run(store.bin / "beta", env={**hero_env, "PATH": ""}) == "1.0-one"


def test_a_missing_link_is_made_again_and_a_foreign_file_is_left_alone(store: ReleaseStore, tmp_path: Path) -> None:
    installed(store, tmp_path, "1.0-one")
    alpha, beta = (store.bin / name for name in SMALL_BINARIES)
    alpha.unlink()
    beta.unlink()
    beta.write_text("mine")
    assert mend(store) == [str(alpha)]
    assert alpha.resolve() == store.release("1.0-one") / "alpha"
    assert beta.read_text() == "mine"


def test_an_interpreter_that_cannot_run_the_release_is_replaced_by_one_that_can(
    store: ReleaseStore, tmp_path: Path
) -> None:
    installed(store, tmp_path, "1.0-one")
    for name in SMALL_BINARIES:
        repin(store.release("1.0-one") / name, Path("/bin/echo"))
    assert len(mend(store)) == len(SMALL_BINARIES)
    assert pinned_interpreter(store.release("1.0-one") / "alpha") == Path(sys.executable).resolve()


def test_a_cut_zipapp_is_named_when_the_service_starts(store: ReleaseStore, tmp_path: Path) -> None:
    installed(store, tmp_path, "1.0-one")
    archive = store.release("1.0-one") / "alpha"
    archive.write_bytes(archive.read_bytes()[:6000])
    with pytest.raises(DamagedRelease, match="alpha cannot be read"):
        mend(store)
    assert find_faults(store, read_build(tmp_path / "1.0-one")) == [str(archive)]
    assert installed(store, tmp_path, "1.0-one").changed
    assert mend(store) == []
