"""Locks hold hashes and no address, and say themselves when they are out of date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.build.locks.lock import Lock, locks, stale_locks
from scripts.build.workspace import Workspace
from tests.builds import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_hashes_and_no_address(path: Path) -> None:
    text = path.read_text()
    requirements = re.findall(r"^[A-Za-z0-9].*", text, re.MULTILINE)
    assert requirements
    assert len(re.findall(r"^[A-Za-z0-9].*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(requirements)
    assert not re.search(r"https?://|--index-url|--find-links|--extra-index", text)


def test_every_lock_fits_what_it_is_made_from() -> None:
    assert stale_locks(Workspace()) == []


def test_every_lock_file_belongs_to_a_binary_or_a_list_of_tools() -> None:
    assert {lock.path for lock in locks(Workspace())} == set(LOCKS)


def test_a_changed_requirement_makes_its_lock_stale(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "x.txt", ("click>=8.5",))
    lock.path.write_text(f"# inputs sha256:{lock.digest}\nclick==8.5.1\n")
    assert lock.fits()
    assert not Lock(lock.path, ("click>=8.6",)).fits()
    assert not Lock(lock.path, ("click>=8.5", "rich")).fits()


def test_no_lock_file_at_all_is_stale(tmp_path: Path) -> None:
    assert not Lock(tmp_path / "none.txt", ()).fits()


def test_binaries_are_locked_to_the_same_versions() -> None:
    versions: dict[str, set[str]] = {}
    # The plain nox of a contributor, the oldest and today's, has an environment of its own.
    for path in (lock for lock in LOCKS if "nox" not in lock.name):
        # Of what is locked for some versions of Python alone, the marker is a part of the name.
        for name, version, marker in re.findall(
            r"^([A-Za-z0-9._-]+)==([^ ;\\]+)( ; [^\\]+)?", path.read_text(), re.MULTILINE
        ):
            key = f"{name}{marker}" if "python_full_version" in marker else name
            versions.setdefault(key, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
