"""An install that is killed at any step leaves one whole release in `bin/`, and the next install ends the work."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hero_assistance.releases.install import install
from hero_assistance.releases.manifest import read_build
from hero_assistance.releases.mending import find_faults
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.paths import Paths
from tests.builds import ROOT, SMALL_BINARIES, make_build, run

pytestmark = pytest.mark.fault

FULL = os.environ.get("FAULT_ROUNDS") == "full"
# In full, every step of the install; in CI, every seventh, another seventh each day would be chance.
STRIDE = 1 if FULL else 7
RANDOM_ROUNDS = 200 if FULL else 20

# Kills its own process before the n-th call that reads or changes a file: the interpreter's audit events
# name them all, so nothing of the installer knows about this test.
_KILLED_INSTALL = """\
import os, signal, sys
from pathlib import Path
from hero_assistance_sdk.paths import Paths
from hero_assistance.releases import install
from hero_assistance.releases.store import ReleaseStore

STEPS = ("open", "os.rename", "os.link", "os.symlink", "os.mkdir", "os.remove", "os.rmdir", "os.chmod",
         "os.truncate", "shutil.rmtree")
left = int(sys.argv[2])

def count(event, arguments):
    global left
    if event in STEPS:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
install.install(ReleaseStore.from_paths(Paths.from_environ()), Path(sys.argv[1]), lambda step: None)
print("finished with", left, "to go")
"""


def _install_child(build: Path, kill_at: int, env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _KILLED_INSTALL, str(build), str(kill_at)],
        env={**env, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _releases_in_bin(store: ReleaseStore, env: dict[str, str]) -> set[str]:
    return {run(store.bin / name, env=env) for name in SMALL_BINARIES}


def test_killed_before_every_step_of_an_upgrade(tmp_path: Path, paths: Paths, hero_env: dict[str, str]) -> None:
    store = ReleaseStore.from_paths(paths)
    builds = [make_build(tmp_path / release, release) for release in ("1.0-one", "1.0-two")]
    install(store, builds[0], lambda _step: None)
    target, kills = 1, 0
    for step in range(1, 100_000, STRIDE):
        child = _install_child(builds[target], step, hero_env)
        _, errors = child.communicate(timeout=60)
        found = _releases_in_bin(store, hero_env)
        assert found in ({"1.0-one"}, {"1.0-two"}), f"killed before step {step}: {found}"
        if child.returncode == 0:
            break
        assert child.returncode == -signal.SIGKILL, errors
        kills += 1
        if found == {builds[target].name}:
            # Switched already: finish this one, and go on with the way back.
            install(store, builds[target], lambda _step: None)
            target = 1 - target
    assert kills > 10
    install(store, builds[target], lambda _step: None)
    assert _releases_in_bin(store, hero_env) == {builds[target].name}
    assert store.list_unfinished() == []
    assert find_faults(store, read_build(builds[target])) == []


def test_killed_during_the_first_install(tmp_path: Path, paths: Paths, hero_env: dict[str, str]) -> None:
    """There is no old release yet: either every binary runs, or none is there."""
    store = ReleaseStore.from_paths(paths)
    build = make_build(tmp_path / "1.0-one", "1.0-one")
    for step in range(1, 100_000, STRIDE * 3):
        child = _install_child(build, step, hero_env)
        child.communicate(timeout=60)
        there = [name for name in SMALL_BINARIES if (store.bin / name).exists()]
        assert there in ([], list(SMALL_BINARIES))
        if child.returncode == 0 or there:
            break
    install(store, build, lambda _step: None)
    assert _releases_in_bin(store, hero_env) == {"1.0-one"}
    assert store.list_unfinished() == []


def test_killed_at_random_instants(tmp_path: Path, paths: Paths, hero_env: dict[str, str]) -> None:
    """Between two steps as well, and in whatever the kernel is doing for one."""
    store = ReleaseStore.from_paths(paths)
    chance = random.Random(20261122)  # noqa: S311
    builds = [make_build(tmp_path / release, release) for release in ("1.0-one", "1.0-two")]
    install(store, builds[0], lambda _step: None)
    started = time.monotonic()
    child = _install_child(builds[1], 0, hero_env)
    child.communicate(timeout=60)
    longest = time.monotonic() - started
    for number in range(RANDOM_ROUNDS):
        child = _install_child(builds[number % 2], 0, hero_env)
        try:
            child.wait(timeout=chance.uniform(0, longest))
        except subprocess.TimeoutExpired:
            child.kill()
        child.communicate(timeout=60)
        assert _releases_in_bin(store, hero_env) in ({"1.0-one"}, {"1.0-two"})
    install(store, builds[0], lambda _step: None)
    assert _releases_in_bin(store, hero_env) == {"1.0-one"}
    assert store.list_unfinished() == []
