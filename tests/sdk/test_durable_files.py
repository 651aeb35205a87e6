"""A file is replaced as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance_sdk.durable_files import replace_file, write_atomic


def test_a_failed_write_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    with pytest.raises(OSError, match="full"):
        _write_until_full(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    write_atomic(tmp_path / "folder" / "file", b"")
    assert (tmp_path / "folder" / "file").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700


def _write_until_full(path: Path) -> None:
    with replace_file(path) as file:
        file.write(b"new, in pa")
        raise OSError("full")
