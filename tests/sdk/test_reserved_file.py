"""A file with a reserve is replaced on a full disk as well, as a whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hero_assistance_sdk.files import reserved_file
from hero_assistance_sdk.files.reserved_file import ReservedFile


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No block is left: nothing can be written that has none yet."""

    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(reserved_file, "write_atomic", refuse)
    monkeypatch.setattr(reserved_file, "allocate", refuse)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_is_replaced_as_often_as_there_are_reserves(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = ReservedFile(tmp_path / "state", count=2)
    file.write(b"with room")
    assert names(tmp_path) == [".state.reserve-1", ".state.reserve-2", "state"]
    request.getfixturevalue("full_disk")
    for content in (b"the first on the full disk", b"the second"):
        file.write(content)
        assert (tmp_path / "state").read_bytes() == content
    assert names(tmp_path) == ["state"]
    with pytest.raises(OSError, match="No space left"):
        file.write(b"the third")
    assert (tmp_path / "state").read_bytes() == b"the second"


def test_a_content_that_does_not_fit_is_refused_and_uses_nothing_up(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    file = ReservedFile(tmp_path / "state", count=1)
    file.write(b"small")
    request.getfixturevalue("full_disk")
    with pytest.raises(OSError, match="No space left"):
        file.write(bytes(1_000_000))
    assert (tmp_path / "state").read_bytes() == b"small"
    file.write(b"small again")


def test_the_reserve_grows_with_the_file_and_has_its_blocks(tmp_path: Path) -> None:
    file = ReservedFile(tmp_path / "state", count=1)
    for size in (10, 50_000):
        file.write(bytes(size))
        reserve = (tmp_path / ".state.reserve-1").stat()
        assert reserve.st_size > size
        assert reserve.st_blocks * 512 >= reserve.st_size
        assert reserve.st_mode & 0o777 == 0o600


def test_another_error_leaves_the_reserve_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ReservedFile(tmp_path / "state", count=1)
    file.write(b"old")

    def fail(*_arguments: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(reserved_file, "write_atomic", fail)
    with pytest.raises(OSError, match="Input/output"):
        file.write(b"new")
    assert names(tmp_path) == [".state.reserve-1", "state"]
