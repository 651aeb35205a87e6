"""Whether a disk takes what is about to be written, found out by allocating it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hero_assistance_sdk.files.allocation import TooLittleSpace, allocate, require_space

MIB = 1024**2


def test_a_disk_with_room_takes_it_and_nothing_is_left(tmp_path: Path) -> None:
    require_space(tmp_path / "not made" / "yet", MIB, "a test")
    assert list(tmp_path.iterdir()) == []


def test_a_limit_on_files_is_found_out(tmp_path: Path) -> None:
    """It stands for a disk or a quota that is used up."""
    script = (
        "import pathlib, resource, sys\n"
        "from hero_assistance_sdk.files.allocation import TooLittleSpace, require_space\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    require_space(pathlib.Path(sys.argv[1]), 1024**2, 'a test')\n"
        "except TooLittleSpace as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == (
        f"{tmp_path} does not take the 1024 KiB that a test needs: File too large\n"
        "  hint: a limit on the size of files is in the way: ulimit -f unlimited\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int, _size: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hero_assistance_sdk.files.allocation.allocate", refuse)
    with pytest.raises(TooLittleSpace, match="No space left on device") as refused:
        require_space(tmp_path, MIB, "a test")
    assert refused.value.hint == "free some space on this disk"


def test_another_error_is_left_to_what_needs_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_descriptor: int, _size: int) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("hero_assistance_sdk.files.allocation.allocate", refuse)
    require_space(tmp_path, MIB, "a test")


@pytest.mark.parametrize("has_call", [True, False])
def test_what_is_allocated_has_its_blocks(has_call: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_call:
        monkeypatch.delattr("os.posix_fallocate", raising=False)
    path = tmp_path / "file"
    with path.open("w+b") as file:
        allocate(file.fileno(), 200_000)
    assert path.stat().st_size == 200_000
    assert path.stat().st_blocks * 512 >= 200_000
