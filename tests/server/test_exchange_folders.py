"""Two folders change places in one step, by the call that the system has for it."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hero_assistance_sdk.libc import find_function
from hero_assistance_server.backups import exchange_folders
from hero_assistance_server.backups.exchange_folders import exchange

Call = Callable[..., int]
# sys/stdio.h of macOS.
RENAME_SWAP = 2


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders, each with a file of its own."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    return tmp_path / "one", tmp_path / "other"


def offer(monkeypatch: pytest.MonkeyPatch, **functions: Call) -> None:
    """Let the C library have only these functions."""
    monkeypatch.setattr(
        exchange_folders,
        "find_function",
        lambda *names: next((functions[name] for name in names if name in functions), None),
    )


def pretended_renamex_np(one: bytes, other: bytes, flags: int) -> int:
    """Does what renamex_np(2) of macOS is documented to do, in three steps; it is not the call of macOS."""
    assert flags == RENAME_SWAP
    first, second = Path(os.fsdecode(one)), Path(os.fsdecode(other))
    if not second.exists():
        ctypes.set_errno(errno.ENOENT)
        return -1
    between = first.with_name("between")
    first.rename(between)
    second.rename(first)
    between.rename(second)
    return 0


def read(folders: tuple[Path, Path]) -> list[str]:
    return [(folder / "file").read_text() for folder in folders]


def test_by_the_call_of_this_system(folders: tuple[Path, Path]) -> None:
    exchange(*folders)
    assert read(folders) == ["other", "one"]


def test_by_the_call_of_macos_where_linuxs_is_missing(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, renamex_np=pretended_renamex_np)
    exchange(*folders)
    assert read(folders) == ["other", "one"]


def test_an_error_of_that_call_is_raised(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, renamex_np=pretended_renamex_np)
    with pytest.raises(FileNotFoundError):
        exchange(folders[0], tmp_path / "none")
    assert (folders[0] / "file").read_text() == "one"


def test_a_system_with_neither_call_says_so(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch)
    with pytest.raises(OSError, match="cannot exchange two folders in one step"):
        exchange(*folders)
    assert read(folders) == ["one", "other"]


def test_a_folder_that_is_gone_is_an_error_here_too(folders: tuple[Path, Path], tmp_path: Path) -> None:
    assert find_function("renameat2", "renamex_np") is not None
    with pytest.raises(FileNotFoundError):
        exchange(folders[0], tmp_path / "none")
