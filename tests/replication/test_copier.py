"""Attachments at a target: each is copied once, and stays a day longer than at the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance.replication.configuration import RETENTION_H
from hero_assistance.replication.copier import AttachmentCopier
from hero_assistance.replication.local_folder import LocalFolder
from hero_assistance.replication.target_folder import FOLDER, list_local

pytestmark = pytest.mark.pure

DAY_S = RETENTION_H * 3600.0
PORTION = LocalFolder.portion


def name_of(number: int) -> str:
    digest = f"{number:064x}"[::-1]
    return f"{digest[:2]}/{digest[2:]}"


class Desk:
    """The attachments of a desk, and those of its replica."""

    def __init__(self, root: Path) -> None:
        self.here, self.target, self.state = root / "here", root / "target", root / "state"
        self.counts: list[int] = []
        self.restart()

    def restart(self) -> None:
        self.copier = AttachmentCopier(LocalFolder(self.target), self.here, self.state)

    def add(self, number: int, content: bytes = b"content") -> None:
        path = self.here / name_of(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def copy(self) -> None:
        self.copier.copy(self.counts.append)

    @property
    def there(self) -> set[str]:
        return list_local(self.target / FOLDER)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_each_file_is_copied_once(desk: Desk) -> None:
    desk.copy()
    assert desk.there == set()
    for number in range(PORTION + 1):
        desk.add(number)
    desk.copy()
    assert desk.there == {name_of(number) for number in range(PORTION + 1)}
    assert (desk.target / FOLDER / name_of(0)).read_bytes() == b"content"
    assert desk.counts == [PORTION + 1, 1]
    # Had it been copied again, it would have come back.
    (desk.target / FOLDER / name_of(0)).unlink()
    desk.copy()
    assert name_of(0) not in desk.there
    desk.restart()
    desk.copy()
    assert name_of(0) in desk.there


def test_what_is_deleted_before_its_turn_is_copied_when_it_is_uploaded_again(desk: Desk) -> None:
    for number in range(PORTION + 1):
        desk.add(number)
    last = max(list_local(desk.here))

    def delete_last(waiting: int) -> None:
        if waiting == 1:
            (desk.here / last).unlink()

    desk.copier.copy(delete_last)
    assert last not in desk.there
    (desk.here / last).write_bytes(b"content")
    desk.copy()
    assert last in desk.there


def test_what_is_received_or_is_no_attachment_is_left_alone(desk: Desk) -> None:
    desk.add(1)
    for other in (desk.here / ".incoming" / "0011", desk.here / "ab" / "short", desk.here / name_of(1)[:2] / ".hidden"):
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(b"")
    desk.copy()
    assert desk.there == {name_of(1)}
    assert [path.name for path in (desk.target / FOLDER).iterdir()] == [name_of(1)[:2]]


def test_what_is_deleted_goes_a_day_later(desk: Desk) -> None:
    """Also over a restart; what is uploaded again meanwhile stays."""
    for number in range(3):
        desk.add(number)
    desk.copy()
    for number in (0, 1):
        (desk.here / name_of(number)).unlink()
    desk.copier.forget(0.0)
    desk.restart()
    desk.copy()
    desk.copier.forget(DAY_S - 1)
    assert len(desk.there) == 3
    desk.add(1)
    desk.copier.forget(DAY_S)
    assert desk.there == {name_of(1), name_of(2)}
    (desk.here / name_of(1)).unlink()
    desk.copier.forget(DAY_S + 1)
    desk.copier.forget(2 * DAY_S)
    assert name_of(1) in desk.there
    desk.copier.forget(2 * DAY_S + 1)
    assert desk.there == {name_of(2)}


def test_a_desk_that_has_lost_its_folder_deletes_nothing(desk: Desk) -> None:
    desk.add(1)
    desk.copy()
    desk.here.rename(desk.here.with_name("lost"))
    for now in (0.0, DAY_S, 3 * DAY_S):
        desk.copier.forget(now)
    assert desk.there == {name_of(1)}


def test_a_folder_that_cannot_be_listed_is_an_error_and_deletes_nothing(desk: Desk) -> None:
    desk.add(1)
    desk.copy()
    folder = (desk.here / name_of(1)).parent
    folder.rename(folder.with_name("away"))
    # As a disk with faults: what is asked of it fails.
    folder.symlink_to(folder)
    for now in (0.0, DAY_S):
        with pytest.raises(OSError, match="Too many levels of symbolic links"):
            desk.copier.forget(now)
    assert desk.there == {name_of(1)}
