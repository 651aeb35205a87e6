"""No name and no link leads out of a confined folder, whichever way it is used."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hero_assistance_sdk.files.confined_folder import ConfinedFolder

USES: dict[str, Callable[[ConfinedFolder, str], object]] = {
    "read": lambda folder, name: folder.read(name).close(),
    "create": lambda folder, name: folder.create(name).close(),
    "make_folder": ConfinedFolder.make_folder,
    "unlink": ConfinedFolder.unlink,
    "rename": lambda folder, name: folder.rename("file", name),
    "rename away": lambda folder, name: folder.rename(name, "other"),
    "has_folder": ConfinedFolder.has_folder,
}


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[ConfinedFolder]:
    """A folder with a file, next to a file and a folder that are none of its business."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "file").write_text("inside")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "file").write_text("outside")
    with ConfinedFolder.open(tmp_path / "in") as folder:
        yield folder


def outside(folder: ConfinedFolder) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder.path.parent / "out").iterdir()}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    "name", ["", "/", ".", "..", "../out/file", "/etc/passwd", "a/../../out/file", "x\0y", "a//b", "a/"]
)
def test_a_name_that_leads_elsewhere_is_refused(inside: ConfinedFolder, use: str, name: str) -> None:
    with pytest.raises(OSError, match="no name below"):
        USES[use](inside, name)
    assert outside(inside) == {"file": "outside"}


@pytest.mark.parametrize("use", ["read", "create", "make_folder", "unlink", "rename", "rename away", "has_folder"])
def test_a_link_to_a_folder_is_not_followed(inside: ConfinedFolder, use: str) -> None:
    (inside.path / "link").symlink_to(inside.path.parent / "out")
    for name in ("link/file", "link/new"):
        with pytest.raises(OSError, match="link"):
            USES[use](inside, name)
    assert outside(inside) == {"file": "outside"}


def test_a_link_to_a_file_is_neither_read_nor_written(inside: ConfinedFolder) -> None:
    (inside.path / "link").symlink_to(inside.path.parent / "out" / "file")
    (inside.path / "dangling").symlink_to(inside.path.parent / "out" / "new")
    for name in ("link", "dangling"):
        for use in ("read", "create", "make_folder"):
            with pytest.raises(OSError, match=name):
                USES[use](inside, name)
    inside.unlink("link")
    inside.rename("file", "dangling")
    assert outside(inside) == {"file": "outside"}
    assert inside.names() == ["dangling"]


def test_what_is_no_regular_file_is_not_read(inside: ConfinedFolder) -> None:
    """A FIFO without a writer does not hang its reader either."""
    os.mkfifo(inside.path / "fifo")
    (inside.path / "folder").mkdir()
    for name in ("fifo", "folder"):
        with pytest.raises(OSError, match="not a regular file"):
            inside.read(name)


def test_files_and_folders_within(inside: ConfinedFolder) -> None:
    assert inside.make_folder("a")
    assert not inside.make_folder("a")
    with inside.create("a/b") as file:
        file.write(b"content")
    with pytest.raises(FileExistsError):
        inside.create("a/b")
    with inside.subfolder("a") as deeper:
        assert deeper.names() == ["b"]
        assert deeper.read("b").read() == b"content"
    inside.rename("a/b", "c")
    inside.sync("a")
    inside.sync()
    assert inside.names() == ["a", "c", "file"]
    assert [inside.has_folder(name) for name in ("a", "c", "none")] == [True, False, False]
    assert (inside.path / "c").stat().st_mode & 0o777 == 0o600
    assert (inside.path / "a").stat().st_mode & 0o777 == 0o700


def test_it_stays_the_folder_that_was_opened(inside: ConfinedFolder) -> None:
    """Who puts another folder in its place meanwhile gains nothing."""
    inside.path.rename(inside.path.with_name("moved"))
    inside.path.symlink_to(inside.path.parent / "out")
    inside.create("new").close()
    assert outside(inside) == {"file": "outside"}
    assert (inside.path.parent / "moved" / "new").exists()


def test_no_descriptor_is_left_open(inside: ConfinedFolder) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    for use in USES.values():
        for name in ("a/b/c", "../x", "file/x"):
            with pytest.raises(OSError, match=r"."):
                use(inside, name)
    inside.read("file").close()
    assert len(list(Path("/dev/fd").iterdir())) == before
