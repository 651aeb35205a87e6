"""The three kinds of targets, each with a real server where it needs one; their bytes are on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.replication.local_folder import LocalFolder
from hero_assistance.replication.s3.s3_folder import S3Folder
from hero_assistance.replication.s3.store import S3Store
from hero_assistance.replication.sftp_folder import SftpFolder
from hero_assistance.replication.target_folder import TargetFolder
from hero_assistance.replication.targets import S3Target, SftpTarget, parse_target
from tests.replication.desks import Desk
from tests.replication.s3_server import BUCKET, S3Server, s3_server, set_key
from tests.replication.ssh_server import SshServer, ssh_server

FOLDER, SFTP, S3 = "folder", "sftp", "s3"


@dataclass(frozen=True)
class TestedTarget:
    """One target: how an operator names it, and where its bytes are.

    `admit` gives a desk what it signs in with. `server` is `None` for a folder.
    """

    __test__ = False

    address: str
    options: tuple[str, ...]
    path: Path
    folder: TargetFolder
    admit: Callable[[Desk], None]
    server: SshServer | S3Server | None = None

    def set_up(self, desk: Desk, *words: str) -> None:
        """Have a desk write its replica there."""
        self.admit(desk)
        desk.succeed("replicate", "setup", self.address, *self.options, *words)


@contextmanager
def _folder_target(root: Path) -> Iterator[TestedTarget]:
    path = root / "copies" / "desk"
    yield TestedTarget(str(path), (), path, LocalFolder(path), lambda desk: None)


@contextmanager
def _sftp_target(root: Path) -> Iterator[TestedTarget]:
    path = root / "copies" / "desk"
    with ssh_server(root / "ssh") as server:
        target = parse_target(server.address(path))
        assert isinstance(target, SftpTarget)
        known = root / "known"
        known.write_text(f"{target.known_name} {server.host_key('ecdsa')}\n")
        folder = SftpFolder(target, server.key, known)
        yield TestedTarget(
            str(target), ("--key", str(server.key)), path, folder, lambda desk: server.admit(desk, "ecdsa"), server
        )


@contextmanager
def _s3_target(root: Path) -> Iterator[TestedTarget]:
    with s3_server(root / "store") as server:
        target = parse_target(f"s3://{BUCKET}/a/desk", endpoint=server.endpoint)
        assert isinstance(target, S3Target)
        path = server.bucket / "a" / "desk"
        folder = S3Folder(S3Store(target, server.key))

        def admit(desk: Desk) -> None:
            desk.supervise()
            set_key(desk, server.key)

        yield TestedTarget(str(target), ("--endpoint", server.endpoint), path, folder, admit, server)


KINDS: dict[str, Callable[[Path], AbstractContextManager[TestedTarget]]] = {
    FOLDER: _folder_target,
    SFTP: _sftp_target,
    S3: _s3_target,
}
