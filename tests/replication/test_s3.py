"""A replica in a bucket of a real S3-compatible store: what it says when it is not well, and where its key is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hero_assistance.replication.errors import ReplicaFailed
from hero_assistance.replication.litestream import make_environment
from hero_assistance.replication.s3.s3_folder import S3Folder
from hero_assistance.replication.s3.signature import AccessKey
from hero_assistance.replication.s3.store import S3Store
from hero_assistance.replication.target_folder import FOLDER
from hero_assistance.replication.targets import S3Target
from tests.capabilities import LITESTREAM, PROC, needs
from tests.replication.desks import desk
from tests.replication.s3_server import BUCKET, KEY, S3Server, s3_server, set_key
from tests.replication.test_copier import name_of

# More than a store lists at once.
MANY = 1001
WRONG = AccessKey(KEY.key_id, "another secret")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[S3Server]:
    with s3_server(tmp_path / "store") as running:
        yield running


@pytest.fixture
def target(server: S3Server) -> S3Target:
    return S3Target(BUCKET, "desk", server.endpoint)


def test_a_list_of_many_pages_is_read_to_its_end(server: S3Server, target: S3Target) -> None:
    names = {name_of(number) for number in range(MANY)}
    for name in names:
        path = server.bucket / "desk" / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (server.bucket / "desk" / "replica.json").write_bytes(b"{}")
    assert S3Folder(S3Store(target, KEY)).list_files() == names
    assert server.log().count("list-type=2") == 2


def test_what_begins_alike_belongs_to_another_target(server: S3Server, target: S3Target) -> None:
    other = S3Folder(S3Store(replace(target, path="desk-2"), KEY))
    other.write("replica.json", b"{}")
    assert S3Folder(S3Store(target, KEY)).read("replica.json") is None


@pytest.mark.parametrize(
    ("changed", "key", "said", "hint"),
    [
        ({}, WRONG, "SignatureDoesNotMatch", "secret set REPLICA_ACCESS_KEY_ID"),
        ({}, AccessKey("nobody", KEY.secret), "InvalidAccessKeyId", "secret set REPLICA_ACCESS_KEY_ID"),
        ({"bucket": "no-bucket"}, KEY, "NoSuchBucket", "make the bucket"),
    ],
)
def test_a_store_that_refuses_is_quoted(
    target: S3Target, changed: dict[str, str], key: AccessKey, said: str, hint: str
) -> None:
    folder = S3Folder(S3Store(replace(target, **changed), key))
    for ask in (lambda: folder.read("replica.json"), lambda: folder.write("replica.json", b"{}"), folder.list_files):
        with pytest.raises(ReplicaFailed, match=said) as failed:
            ask()
        assert hint in str(failed.value.hint)
        assert key.secret not in str(failed.value)


def test_a_clock_that_is_wrong_is_named(target: S3Target) -> None:
    folder = S3Folder(S3Store(target, KEY, clock=lambda: 0.0))
    with pytest.raises(ReplicaFailed, match="RequestTimeTooSkewed") as failed:
        folder.list_files()
    assert "clock" in str(failed.value.hint)


def test_a_store_that_is_away_is_named(server: S3Server, target: S3Target) -> None:
    server.stop()
    with pytest.raises(ReplicaFailed, match=f"{server.endpoint} does not answer"):
        S3Folder(S3Store(target, KEY)).read("replica.json")


@pytest.mark.parametrize("host", ["store..example.org", f"{'a' * 64}.example.org", "store\u200d.example.org"])
def test_a_host_that_can_have_no_address_does_not_answer(host: str) -> None:
    target = S3Target(BUCKET, "desk", f"https://{host}")
    with pytest.raises(ReplicaFailed, match="does not answer"):
        S3Folder(S3Store(target, KEY)).read("replica.json")


@needs(LITESTREAM)
def test_without_its_key_nothing_is_set_up(server: S3Server) -> None:
    with desk() as found:
        found.supervise()
        words = ("replicate", "setup", f"s3://{BUCKET}/desk", "--endpoint", server.endpoint)
        done = found.run(*words)
        assert "REPLICA_ACCESS_KEY_ID is not set" in done.stderr
        assert "hero_assistance secret set REPLICA_ACCESS_KEY_ID -" in done.stderr
        set_key(found, WRONG)
        assert "SignatureDoesNotMatch" in found.run(*words).stderr
        assert "no replica is set up" in found.run("replicate", "status").stderr


@needs(LITESTREAM, PROC)
def test_the_secret_is_in_no_file_and_on_no_command_line(server: S3Server) -> None:
    with desk() as found:
        found.supervise()
        set_key(found, KEY)
        found.succeed("replicate", "setup", f"s3://{BUCKET}/desk", "--endpoint", server.endpoint)
        found.serve()
        found.replicate()
        found.wait_copied()
        kept = {path for path in found.paths.root.rglob("*") if path.is_file() and _holds(path, KEY.secret)}
        assert {(path.parent.name, path.stat().st_mode & 0o777) for path in kept} == {("secrets", 0o600)}
        process = Path(f"/proc/{found.litestream_pid()}")
        assert KEY.secret.encode() not in (process / "cmdline").read_bytes()
        # It reads the key from its environment, which is its owner's alone.
        assert (process / "environ").stat().st_mode & 0o077 == 0
        assert KEY.secret not in found.log() + server.log()


def _holds(path: Path, text: str) -> bool:
    return text.encode() in path.read_bytes()


def test_litestream_gets_nothing_of_another_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of a shell")
    monkeypatch.setenv("LITESTREAM_SECRET_ACCESS_KEY", "of a shell")
    with_key, without = make_environment(KEY), make_environment(None)
    assert "of a shell" not in {*with_key.values(), *without.values()}
    assert (with_key["AWS_ACCESS_KEY_ID"], with_key["AWS_SECRET_ACCESS_KEY"]) == (KEY.key_id, KEY.secret)
    assert without["PATH"] == os.environ["PATH"]
