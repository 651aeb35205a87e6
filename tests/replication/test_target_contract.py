"""What holds for every target alike: a folder, a folder of an SFTP server, a part of a bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.capabilities import LITESTREAM, SSHD, needs
from tests.replication.desks import Desk, desk, wait_until
from tests.replication.target_kinds import FOLDER, KINDS, S3, SFTP, TestedTarget
from tests.replication.test_copier import name_of
from tests.replication.test_replica import file_ticket, read_titles
from tests.server.uploads import kept

SERVED = [pytest.param(SFTP, marks=needs(SSHD)), S3]
# Between two of which the others are put.
MANY = 230


@pytest.fixture(params=[FOLDER, *SERVED])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestedTarget]:
    with KINDS[request.param](tmp_path) as made:
        yield made


@pytest.fixture(params=SERVED)
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestedTarget]:
    with KINDS[request.param](tmp_path) as made:
        yield made


def begin(found: Desk, target: TestedTarget, *words: str) -> None:
    """Serve, and write a replica."""
    target.set_up(found, *words)
    found.serve()
    found.replicate()


def restore(found: Desk, target: TestedTarget) -> dict[str, object]:
    target.admit(found)
    told = json.loads(found.succeed("replicate", "restore", target.address, *target.options, "--json"))
    assert isinstance(told, dict)
    return told


def test_a_small_file_is_replaced(target: TestedTarget) -> None:
    assert target.folder.read("replica.json") is None
    target.folder.write("replica.json", b"one")
    target.folder.write("replica.json", b"two")
    assert target.folder.read("replica.json") == b"two"
    assert (target.path / "replica.json").read_bytes() == b"two"


def test_attachments_are_put_listed_fetched_and_deleted(target: TestedTarget, tmp_path: Path) -> None:
    # An SFTP server makes the folder of the target when the claim is written.
    target.folder.write("replica.json", b"{}")
    assert target.folder.list_files() == set()
    here, back = tmp_path / "here", tmp_path / "back"
    names = [name_of(number) for number in range(MANY)]
    for name in names:
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(name)
    (here / names[1]).write_bytes(b"")
    back.mkdir()
    assert target.folder.put(here, [*names, name_of(999)]) == set(names)
    assert target.folder.list_files() == set(names)
    target.folder.fetch(names, back)
    assert {name: (back / name).read_bytes() for name in names} == {name: (here / name).read_bytes() for name in names}
    target.folder.delete([names[0], name_of(999)])
    assert target.folder.list_files() == set(names[1:])
    target.folder.put(here, names[:1])
    assert target.folder.list_files() == set(names)


@needs(LITESTREAM)
def test_a_desk_comes_back_elsewhere(target: TestedTarget) -> None:
    with desk() as lost, desk() as found:
        begin(lost, target)
        file_ticket(lost, "kept", attachments=[lost.upload("a.txt", b"content")])
        lost.wait_copied()
        lost.kill()
        told = restore(found, target)
        assert (told["tickets"], told["attachments"], told["missing"]) == (1, 1, [])
        assert kept(found.paths) == kept(lost.paths)
        found.serve()
        assert found.download(1) == b"content"
        file_ticket(found, "new")


@needs(LITESTREAM)
def test_a_server_that_is_away_stops_nothing(served: TestedTarget) -> None:
    """What waits is sent when it is back."""
    server = served.server
    assert server is not None
    with desk() as found, desk() as other:
        begin(found, served)
        found.wait_copied()
        server.stop()
        file_ticket(found, "meanwhile", attachments=[found.upload("b.txt", b"more")])
        wait_until(lambda: found.status()["error"], found.log)
        server.start()
        found.wait_copied()
        found.kill()
        assert (restore(other, served)["missing"], read_titles(other)) == ([], ["meanwhile"])


@needs(LITESTREAM)
def test_a_restore_begins_another_generation(target: TestedTarget) -> None:
    """At the same target; until that is whole, a restore takes the one before."""
    with desk() as first, desk() as found:
        begin(first, target)
        file_ticket(first, "kept")
        first.wait_copied()
        before = (target.path / "replica.json").read_text()
        first.succeed("backup", str(first.paths.root / "b.tar"))
        file_ticket(first, "lost")
        first.wait_copied()
        first.kill()
        first.succeed("restore", str(first.paths.root / "b.tar"))
        assert (target.path / "replica.json").read_text() == before
        begin(first, target)
        file_ticket(first, "new")
        first.wait_copied()
        after = json.loads((target.path / "replica.json").read_text())
        assert after["owner"] == json.loads(before)["owner"]
        assert after["generation"] != json.loads(before)["generation"]
        first.kill()
        restore(found, target)
        assert read_titles(found) == ["kept", "new"]


@needs(LITESTREAM)
def test_another_desk_takes_a_target_over_only_when_it_says_so(target: TestedTarget) -> None:
    with desk() as former, desk() as other:
        begin(former, target)
        former.wait_copied()
        former.kill_replica()
        target.admit(other)
        refused = other.run("replicate", "setup", target.address, *target.options)
        assert (refused.returncode != 0, "--take-over" in refused.stderr) == (True, True)
        begin(other, target, "--take-over")
        other.wait_copied()
        former.replicate()
        wait_until(lambda: "another desk copies to the target" in str(former.status()["error"]), former.log)


@needs(LITESTREAM)
def test_what_is_removed_leaves_the_replica(target: TestedTarget) -> None:
    with desk() as former, desk() as found:
        begin(former, target)
        file_ticket(former, "kept")
        former.wait_copied()
        former.kill()
        former.succeed("replicate", "remove")
        assert "no replica is set up" in former.run("replicate", "status").stderr
        restore(found, target)
        assert read_titles(found) == ["kept"]
