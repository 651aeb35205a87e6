"""Errors of the operating system: one line with the path, its owner and what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hero_assistance_sdk import os_errors
from hero_assistance_sdk.os_errors import choose_hint, explain, explain_owner, is_missing_part, is_of_the_machine
from tests.capabilities import AS_ROOT, needs


def test_a_full_disk_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    found = explain(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(tmp_path / "state")))
    assert str(found).startswith(f"{tmp_path / 'state'}: No space left on device")
    assert found.hint == "free some space on this disk"


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_refused_path_names_its_owner(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "not made" / "file"
    mine = explain(OSError(number, os.strerror(number), str(path)))
    assert mine.hint == f"you own {tmp_path}: give yourself the right with: chmod u+rwX {tmp_path}"
    monkeypatch.setattr(os, "geteuid", lambda: 54_321)
    other = explain(OSError(number, os.strerror(number), str(path)))
    assert "belongs to" in str(other.hint)
    assert str(tmp_path) in str(other.hint)


def test_the_path_that_was_used_stands_in_for_one_that_is_not_named(tmp_path: Path) -> None:
    error = OSError(errno.EACCES, os.strerror(errno.EACCES))
    assert choose_hint(error) is None
    assert str(tmp_path) in str(choose_hint(error, tmp_path))


def test_a_path_with_a_space_can_be_pasted(tmp_path: Path) -> None:
    folder = tmp_path / "my desk"
    folder.mkdir()
    assert str(explain_owner(folder)).endswith(f"chmod u+rwX '{folder}'")


def test_a_folder_of_another_user_is_not_to_be_taken_from_them(tmp_path: Path) -> None:
    """Only what root has left below a folder of one's own is."""
    told = str(explain_owner(tmp_path, user=54_321))
    assert "chown" not in told
    assert "run this as" in told


@needs(AS_ROOT)
def test_what_root_has_left_in_ones_own_folder_is_to_be_taken_back(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    (mine / "var").mkdir(parents=True)
    os.chown(mine, 54_321, 54_321)
    assert explain_owner(mine / "var" / "state", user=54_321) == (
        f"{mine / 'var'} belongs to root, as after a run with sudo: sudo chown -R 54321 {mine / 'var'}"
    )


def test_a_file_of_the_program_itself_is_told_apart() -> None:
    part = Path(os_errors.__file__).with_name("gone.py")
    assert is_missing_part(FileNotFoundError(errno.ENOENT, "", str(part)))
    assert not is_missing_part(FileNotFoundError(errno.ENOENT, "", "/nowhere"))


def test_what_the_operator_has_to_mend_is_no_defect() -> None:
    assert is_of_the_machine(OSError(errno.ENOSPC, ""))
    assert is_of_the_machine(PermissionError(errno.EACCES, ""))
    assert not is_of_the_machine(FileNotFoundError(errno.ENOENT, ""))
    assert not is_of_the_machine(TimeoutError())
    assert not is_of_the_machine(ValueError())
