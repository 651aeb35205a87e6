"""Files of another user: `doctor` says whose they are and what to do, and every program says it in one line."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hero_assistance.action_names import ACTIONS
from hero_assistance_sdk.paths import Paths
from tests.builds import ROOT
from tests.capabilities import AS_ROOT, NAMESPACES, needs

pytestmark = needs(AS_ROOT, NAMESPACES)

OWNER, STRANGER = 12_345, 54_321


def as_user(user: int) -> list[str]:
    """What starts a program as a user without a name, who can reach the interpreter of these tests."""
    become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
    on_the_way = [*reversed(Path(sys.executable).resolve().parents)]
    closed = next((place for place in on_the_way if not place.stat().st_mode & stat.S_IXOTH), None)
    if closed is None:
        return become
    # Such as the home of root: in a mount namespace of its own, with what leads to the interpreter alone.
    inner = on_the_way[on_the_way.index(closed) + 1]
    script = (
        f"exec 9<{inner}; mount -t tmpfs -o mode=755 tmpfs {closed}; mkdir {inner}; "
        f'mount --no-canonicalize --bind /proc/self/fd/9 {inner}; exec 9<&-; exec "$@"'
    )
    return ["unshare", "--mount", "--", "sh", "-ec", script, "sh", *become]


def run_as(user: int, *words: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program of ours as a user."""
    return subprocess.run(
        [*as_user(user), sys.executable, "-m", *words],
        env={**env, "PYTHONPATH": os.pathsep.join(sys.path), "HERO_ASSISTANCE_TCP": "off"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def owned(paths: Paths, hero_env: dict[str, str]) -> Paths:
    """A root that is the owner's, as is the home in it."""
    for folder in (paths.root, Path(hero_env["HOME"])):
        os.chown(folder, OWNER, OWNER)
    return paths


def leave(folder: Path, *, user: int = 0, mode: int = 0o700) -> None:
    """Make a folder as a user leaves it, and those above that are missing."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in missing:
        os.chown(place, user, user)
        place.chmod(mode)


def install_programs(paths: Paths, user: int) -> None:
    leave(paths.bin, user=user, mode=0o755)
    for name in ACTIONS:
        (paths.bin / name).write_text("#!/bin/sh\nexec sleep 60\n")
        (paths.bin / name).chmod(0o755)
        os.chown(paths.bin / name, user, user)


def examine(user: int, env: dict[str, str]) -> list[dict[str, Any]]:
    """What doctor finds that is not well."""
    done = run_as(user, "hero_assistance", "doctor", "--json", env=env)
    assert done.stderr == ""
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    assert all(one["hint"] for one in found if one["verdict"] != "ok")
    return [one for one in found if one["verdict"] != "ok"]


def of_ownership(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in found if one["check"] == "ownership"]


def test_an_installation_of_ones_own_is_well(owned: Paths, hero_env: dict[str, str]) -> None:
    install_programs(owned, OWNER)
    for folder in (owned.data, owned.state, owned.logs):
        leave(folder, user=OWNER)
    assert of_ownership(examine(OWNER, hero_env)) == []


def test_what_root_has_left_is_named_with_what_takes_it_back(owned: Paths, hero_env: dict[str, str]) -> None:
    leave(owned.state.parent, user=OWNER)
    leave(owned.state)
    leave(owned.data / "attachments", user=OWNER)
    (owned.data / "tickets.db").touch()
    found = of_ownership(examine(OWNER, hero_env))
    assert {one["verdict"] for one in found} == {"fault"}
    (foreign,) = (one for one in found if one["detail"].startswith("of root, and not of user 12345: "))
    assert str(owned.state) in foreign["detail"]
    assert str(owned.data / "tickets.db") in foreign["detail"]
    assert "sudo chown -R 12345 " in foreign["hint"]


def test_folders_that_cannot_be_made_after_an_install_by_root(owned: Paths, hero_env: dict[str, str]) -> None:
    install_programs(owned, 0)
    leave(owned.releases, mode=0o755)
    faults = [one for one in of_ownership(examine(OWNER, hero_env)) if one["verdict"] == "fault"]
    (found,) = faults
    assert found["detail"].endswith(f"cannot be made in {owned.var}")
    assert f"sudo chown -R 12345 {owned.var}" in found["hint"]


def test_a_stranger_is_not_told_to_take_the_folder_of_another_user(owned: Paths, hero_env: dict[str, str]) -> None:
    owned.root.chmod(0o755)
    install_programs(owned, OWNER)
    for folder in (owned.data, owned.state, owned.logs, owned.service_sockets):
        leave(folder, user=OWNER, mode=0o755)
    found = examine(STRANGER, {**hero_env, "HOME": "/nonexistent"})
    assert of_ownership(found)
    assert not any("chown" in one["hint"] for one in found)
    assert any("run this as user 12345" in one["hint"] for one in of_ownership(found))


def test_root_is_told_whose_folder_it_is(owned: Paths, hero_env: dict[str, str]) -> None:
    leave(owned.var, user=OWNER)
    leave(owned.state)
    warning, fault = of_ownership(examine(0, hero_env))
    assert (warning["verdict"], fault["verdict"]) == ("warning", "fault")
    assert f"{owned.root} belongs to user 12345" in warning["detail"]
    assert warning["hint"] == "run this as user 12345"
    assert f"sudo chown -R 12345 {owned.state.parent}" in fault["hint"]


@pytest.mark.parametrize("name", ["data", "state"])
def test_a_mode_that_closes_a_folder_to_its_owner(name: str, owned: Paths, hero_env: dict[str, str]) -> None:
    leave(owned.var, user=OWNER)
    folder: Path = getattr(owned, name)
    leave(folder, user=OWNER)
    folder.chmod(0o500)
    (found,) = of_ownership(examine(OWNER, hero_env))
    assert f"{folder} has mode 500" in found["detail"]
    assert f"chmod u+rwX {folder}" in found["hint"]


def _close_sockets(paths: Paths) -> None:
    leave(paths.var, user=OWNER)
    leave(paths.service_sockets)


def _close_data(paths: Paths) -> None:
    leave(paths.var, user=OWNER)
    leave(paths.data)


def _close_database(paths: Paths) -> None:
    leave(paths.data, user=OWNER)
    database = paths.data / "tickets.db"
    database.write_bytes(b"SQLite format 3\0" + bytes(84))
    database.chmod(0o600)


def _close_state(paths: Paths) -> None:
    leave(paths.var, user=OWNER)
    leave(paths.state)


REFUSED: dict[str, tuple[Callable[[Paths], None], tuple[str, ...]]] = {
    "server, data": (_close_data, ("hero_assistance_server", "--auth-mode", "dev")),
    "server, database": (_close_database, ("hero_assistance_server", "--auth-mode", "dev")),
    "server, sockets": (_close_sockets, ("hero_assistance_server", "--auth-mode", "dev")),
    "ui, sockets": (_close_sockets, ("hero_assistance_ui",)),
    "supervisor, sockets": (_close_sockets, ("hero_assistance", "supervisor", "run")),
    "supervisor, state": (_close_state, ("hero_assistance", "supervisor", "run")),
    "start, state": (_close_state, ("hero_assistance", "--start")),
    "stop, state": (_close_state, ("hero_assistance", "--stop")),
    "status, state": (_close_state, ("hero_assistance", "status")),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_every_program_names_the_path_its_owner_and_the_remedy(
    kind: str, owned: Paths, hero_env: dict[str, str]
) -> None:
    close, words = REFUSED[kind]
    install_programs(owned, OWNER)
    close(owned)
    done = run_as(OWNER, *words, env=hero_env)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    # A server without a supervisor says first that none tells it DATABASE.
    others = re.compile(r"\S+ (info|warning settings\.unread) |looking")
    lines = [line for line in done.stderr.splitlines() if not others.match(line)]
    assert len(lines) == 2, done.stderr
    assert str(owned.var) in lines[0]
    assert "belongs to root, as after a run with sudo: sudo chown -R 12345 " in lines[1]
