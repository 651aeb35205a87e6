"""`nox -s deploy` over real sshd: one story of two boxes, each step of which is a fact of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hero_assistance_sdk.files.file_lock import lock_file
from scripts.build.release.manifest import read_manifest
from tests.capabilities import NAMESPACES, SSH_KEYGEN, SSHD, needs
from tests.fleet.boxes import BoxNetwork, started_boxes
from tests.fleet.fleet_story import (
    BROKEN,
    FEWEST_ANSWERS,
    FOREIGN,
    PLAY_S,
    SECOND,
    FleetStory,
    Record,
    make_foreign_build,
    play_all,
    read_record,
)

pytestmark = needs(NAMESPACES, SSHD, SSH_KEYGEN)


@pytest.fixture(scope="module")
def found(dist: Path, deploy_program: list[str], run_folder: Path) -> Record:
    """What each run said: the first worker that asks plays the story, the others wait and read what it kept."""
    kept = run_folder / "fleet.json"
    with lock_file(run_folder / "fleet.lock", wait_s=PLAY_S):
        if not kept.exists():
            _play(dist, deploy_program).write(kept)
    return read_record(kept)


def _play(dist: Path, deploy_program: list[str]) -> Record:
    with (
        TemporaryDirectory(prefix="ha", dir="/tmp") as folder,
        TemporaryDirectory(prefix="builds") as builds,
        started_boxes(Path(folder), ["box-1", "box-2"], small_disks=["box-2"]) as network,
    ):
        story = FleetStory(network, deploy_program)
        play_all(story, dist, Path(builds))
    return story.record


@pytest.fixture
def empty(hero_root: Path) -> Iterator[BoxNetwork]:
    with started_boxes(hero_root, ["box-1", "box-2"]) as network:
        yield network


def test_empty_boxes_become_healthy(found: Record, dist: Path) -> None:
    said, release = found.runs["first"], read_manifest(dist)["release"]
    assert said.status == 0, said.progress
    assert said.document["releases"] == [FOREIGN, release]
    assert said.column("outcome") == ["installed", "installed"]
    assert said.column("running") == said.column("release") == [release, release]
    assert said.column("state") == ["healthy", "healthy"]


def test_the_progress_names_stages_and_steps(found: Record) -> None:
    progress = found.runs["first"].progress
    assert "canary: box-1\n" in progress
    assert "batch 1 of 1: box-2\n" in progress
    assert "[box-2] unpacking hero_assistance_server\n" in progress


def test_a_second_run_changes_nothing(found: Record) -> None:
    said = found.runs["again"]
    assert said.status == 0, said.progress
    assert said.column("outcome") == ["nothing changed"] * 2
    assert "uploaded" not in said.progress
    assert "unpacking" not in said.progress


def test_a_full_disk_ends_the_run_and_leaves_the_box_as_it_was(found: Record) -> None:
    said, first = found.runs["full disk"], found.runs["first"].document["boxes"][0]["release"]
    assert said.status == 1
    assert said.column("outcome") == ["upgraded", "failed"]
    assert said.column("running") == [SECOND, first]
    assert "No space left on device" in said.detail(2)


def test_an_upgrade_refuses_no_request(found: Record) -> None:
    assert found.load.failed == []
    assert found.load.answered > FEWEST_ANSWERS


def test_what_was_sent_is_deleted_when_it_is_installed(found: Record) -> None:
    assert found.left == []


def test_an_interrupted_run_goes_on_where_it_was(found: Record) -> None:
    said = found.runs["run again"]
    assert said.status == 0, said.progress
    assert said.column("outcome") == ["nothing changed", "upgraded"]
    assert said.column("running") == [SECOND, SECOND]
    assert "uploaded" not in said.progress  # the archive was there


def test_a_broken_release_goes_back_on_the_canary_and_reaches_no_other_box(found: Record) -> None:
    said = found.runs["broken"]
    assert said.status == 1
    assert said.column("outcome") == ["not reached", "rolled back"]
    assert said.column("running") == [SECOND, SECOND]
    assert said.column("state") == ["healthy", "healthy"]
    assert BROKEN not in said.document["boxes"][0]["releases"]
    assert f"release {BROKEN} did not become healthy" in said.detail(2)


def test_a_rollback_brings_all_boxes_back(found: Record) -> None:
    said, first = found.runs["rollback"], found.runs["first"].document["boxes"][0]["release"]
    assert said.status == 0, said.progress
    assert said.column("outcome") == ["went back"] * 2
    assert said.column("running") == [first, first]
    assert said.column("state") == ["healthy", "healthy"]


def test_doctor_tells_what_is_not_well_on_each_box(found: Record) -> None:
    said = found.runs["doctor"]
    assert said.status == 0, said.document
    assert all("admin" in {finding["check"] for finding in box} for box in said.column("findings"))


def test_a_box_that_goes_off_ends_the_run(found: Record) -> None:
    said = found.runs["goes off"]
    assert said.status == 1
    assert said.column("outcome") == ["upgraded", "failed"]
    assert said.column("state") == ["healthy", "off"]
    assert said.column("running") == [SECOND, None]


def test_a_release_that_a_box_has_is_not_sent_again(found: Record) -> None:
    """It was live before the rollback; box 2 went off before it was its turn."""
    said = found.runs["goes off"]
    assert said.column("outcome")[0] == "upgraded"
    assert SECOND in found.runs["rollback"].document["boxes"][0]["releases"]
    assert "uploaded" not in said.progress
    assert "unpacking" not in said.progress


def test_a_box_that_is_off_keeps_the_others_as_they_are(found: Record) -> None:
    said = found.runs["off"]
    assert said.status == 1
    assert said.column("outcome") == ["not reached", "refused"]
    assert said.column("state") == ["healthy", "off"]
    assert said.document["boxes"][0]["running"] == SECOND
    assert "Could not connect" in said.detail(2)
    assert found.runs["status of one that is off"].status == 1


def test_a_build_for_another_platform_reaches_no_box(
    empty: BoxNetwork, deploy_program: list[str], dist: Path, tmp_path: Path
) -> None:
    foreign = make_foreign_build(dist, tmp_path / "foreign")
    said = FleetStory(empty, deploy_program).play("foreign", "--build", str(foreign))
    assert said.status == 1
    assert said.column("outcome") == ["refused", "refused"]
    assert "is built for CPython" in said.detail(1)
    assert "linux-riscv64" in said.detail(1)
    assert [list(box.root.iterdir()) for box in empty.boxes] == [[], []]
