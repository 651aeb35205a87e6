"""A replica on an SFTP server: OpenSSH's, with keys of three kinds."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hero_assistance.replication.host_keys import choose_key, fingerprint_of
from hero_assistance.replication.sftp_folder import SftpFolder
from hero_assistance.replication.targets import SftpTarget, parse_target
from tests.capabilities import LITESTREAM, SSHD, needs
from tests.replication.desks import desk
from tests.replication.ssh_server import SshServer, ssh_server
from tests.replication.test_copier import name_of
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


def test_a_server_is_believed_by_the_key_that_litestream_asks_for(server: SshServer, tmp_path: Path) -> None:
    target = server.address(tmp_path / "desk")
    fingerprint = fingerprint_of(server.host_key("ecdsa"))
    with desk() as found:

        def set_up(*words: str) -> subprocess.CompletedProcess[str]:
            return found.run("replicate", "setup", target, "--key", str(server.key), *words)

        server.admit(found, "ed25519")
        refused = set_up()
        assert (refused.returncode != 0, f"--host-key {fingerprint}" in refused.stderr) == (True, True)
        other = fingerprint_of(server.host_key("ed25519"))
        assert "has another key than the expected one" in set_up("--host-key", other).stderr
        assert not (tmp_path / "desk").exists()
        assert set_up("--host-key", fingerprint).returncode == 0
        assert set_up("--host-key", server.host_key("ecdsa")).returncode == 0
        server.admit(found, "ecdsa")
        assert set_up().returncode == 0
        assert (tmp_path / "desk" / "replica.json").exists()


def test_a_key_with_a_passphrase_is_refused(server: SshServer, tmp_path: Path) -> None:
    """There is no one to enter it."""
    with desk() as found:
        server.admit(found, "ecdsa")
        locked = tmp_path / "locked"
        make_key(locked, "ed25519", "a passphrase")
        done = found.run("replicate", "setup", server.address(tmp_path / "desk"), "--key", str(locked))
        assert "without a passphrase" in done.stderr
        stranger = tmp_path / "stranger"
        make_key(stranger)
        done = found.run("replicate", "setup", server.address(tmp_path / "desk"), "--key", str(stranger))
        assert "Permission denied" in done.stderr


def test_a_file_gets_its_name_when_it_is_whole_and_its_folder_is_made(folder: SftpFolder, tmp_path: Path) -> None:
    folder.write("replica.json", b"{}")
    here, name = tmp_path / "here", name_of(1)
    (here / name).parent.mkdir(parents=True)
    (here / name).write_text(name)
    for _ in range(2):
        folder.put(here, [name])
        assert folder.list_files() == {name}
        assert not list((tmp_path / "copies").rglob("*.part"))
        shutil.rmtree(tmp_path / "copies" / "desk" / "attachments")


def test_of_several_keys_the_one_is_chosen_that_litestream_is_shown(server: SshServer) -> None:
    keys = [server.host_key(kind) for kind in ("rsa", "ed25519", "ecdsa")]
    assert choose_key(keys) == keys[2]
    assert choose_key(keys[:2]) == keys[0]
    assert choose_key(keys[1:2]) == keys[1]
