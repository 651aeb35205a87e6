"""A replica on an SFTP server: OpenSSH's, with keys of three kinds."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hero_assistance.replication.host_keys import choose_key, fingerprint_of
from hero_assistance.replication.sftp_folder import SftpFolder
from hero_assistance.replication.targets import SftpTarget, parse_target
from tests.capabilities import LITESTREAM, SSHD, needs
from tests.replication.desks import Desk, desk, wait_until
from tests.replication.ssh_server import SshServer, ssh_server
from tests.replication.test_copier import name_of
from tests.server.uploads import kept
from tests.sshd import make_key

pytestmark = needs(SSHD, LITESTREAM)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    with ssh_server(tmp_path / "ssh") as running:
        yield running


@pytest.fixture
def folder(server: SshServer, tmp_path: Path) -> SftpFolder:
    target = parse_target(server.address(tmp_path / "copies" / "desk"))
    assert isinstance(target, SftpTarget)
    known = tmp_path / "known"
    known.write_text(f"{target.known_name} {server.host_key('ecdsa')}\n")
    return SftpFolder(target, server.key, known)


def know(found: Desk, server: SshServer, kind: str) -> None:
    """Have the user's OpenSSH know a key of the server."""
    file = Path(found.env["HOME"]) / ".ssh" / "known_hosts"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    with file.open("a") as lines:
        lines.write(f"[127.0.0.1]:{server.port} {server.host_key(kind)}\n")


def test_a_desk_comes_back_elsewhere(server: SshServer, tmp_path: Path) -> None:
    target, key = server.address(tmp_path / "desk"), str(server.key)
    with desk() as lost, desk() as found:
        for one in (lost, found):
            know(one, server, "ecdsa")
        lost.succeed("replicate", "setup", target, "--key", key)
        carol = lost.serve()
        lost.replicate()
        carol.call("ticket.create", title="t", body="b", attachments=[lost.upload("a.txt", b"content")])
        lost.wait_copied()
        # While the server is away the desk goes on, and what waits is sent when it is back.
        server.stop()
        carol.call("ticket.create", title="meanwhile", body="b", attachments=[lost.upload("b.txt", b"more")])
        wait_until(lambda: lost.status()["error"], lost.log)
        server.start()
        lost.wait_copied()
        lost.kill()
        told = json.loads(found.succeed("replicate", "restore", target, "--key", key, "--json"))
        assert (told["tickets"], told["attachments"], told["missing"]) == (2, 2, [])
        assert kept(found.paths) == kept(lost.paths)


def test_a_server_is_believed_by_the_key_that_litestream_asks_for(server: SshServer, tmp_path: Path) -> None:
    target = server.address(tmp_path / "desk")
    fingerprint = fingerprint_of(server.host_key("ecdsa"))
    with desk() as found:

        def set_up(*words: str) -> subprocess.CompletedProcess[str]:
            return found.run("replicate", "setup", target, "--key", str(server.key), *words)

        know(found, server, "ed25519")
        refused = set_up()
        assert (refused.returncode != 0, f"--host-key {fingerprint}" in refused.stderr) == (True, True)
        other = fingerprint_of(server.host_key("ed25519"))
        assert "has another key than the expected one" in set_up("--host-key", other).stderr
        assert not (tmp_path / "desk").exists()
        assert set_up("--host-key", fingerprint).returncode == 0
        assert set_up("--host-key", server.host_key("ecdsa")).returncode == 0
        know(found, server, "ecdsa")
        assert set_up().returncode == 0
        assert (tmp_path / "desk" / "replica.json").exists()


def test_a_key_with_a_passphrase_is_refused(server: SshServer, tmp_path: Path) -> None:
    """There is no one to enter it."""
    with desk() as found:
        know(found, server, "ecdsa")
        locked = tmp_path / "locked"
        make_key(locked, "ed25519", "a passphrase")
        done = found.run("replicate", "setup", server.address(tmp_path / "desk"), "--key", str(locked))
        assert "without a passphrase" in done.stderr
        stranger = tmp_path / "stranger"
        make_key(stranger)
        done = found.run("replicate", "setup", server.address(tmp_path / "desk"), "--key", str(stranger))
        assert "Permission denied" in done.stderr


def test_a_folder_of_the_server_keeps_files_whole(folder: SftpFolder, tmp_path: Path) -> None:
    assert folder.read("replica.json") is None
    folder.write("replica.json", b"one")
    folder.write("replica.json", b"two")
    assert folder.read("replica.json") == b"two"
    assert folder.list_files() == set()
    here, back = tmp_path / "here", tmp_path / "back"
    names = [name_of(number) for number in range(230)]
    for name in names:
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(name)
    back.mkdir()
    assert folder.put(here, [*names, name_of(999)]) == set(names)
    assert folder.list_files() == set(names)
    assert not list((tmp_path / "copies").rglob("*.part"))
    folder.fetch(names, back)
    assert {name: (back / name).read_text() for name in names} == {name: name for name in names}
    folder.delete([names[0], name_of(999)])
    assert folder.list_files() == set(names[1:])
    shutil.rmtree(tmp_path / "copies" / "desk" / "attachments")
    folder.put(here, names[:1])
    assert folder.list_files() == {names[0]}


def test_of_several_keys_the_one_is_chosen_that_litestream_is_shown(server: SshServer) -> None:
    keys = [server.host_key(kind) for kind in ("rsa", "ed25519", "ecdsa")]
    assert choose_key(keys) == keys[2]
    assert choose_key(keys[:2]) == keys[0]
    assert choose_key(keys[1:2]) == keys[1]
