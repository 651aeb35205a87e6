"""Where a replica goes: a folder of this machine, or one of an SFTP server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from hero_assistance_sdk.errors import UsageError

SSH_PORT = 22
# What needs no quoting in a command of `sftp`, and no thought in a configuration.
_PLAIN_PATH = re.compile(r"/[\w./@+=:,~ -]+", re.ASCII)
_KINDS = "a folder such as /mnt/copy, or sftp://USER@HOST/FOLDER"


@dataclass(frozen=True, slots=True)
class FolderTarget:
    """A folder that this machine can write: another disk, or a network share."""

    folder: Path

    def __str__(self) -> str:
        return str(self.folder)


@dataclass(frozen=True, slots=True)
class SftpTarget:
    """A folder of an SFTP server."""

    user: str
    host: str
    port: int
    folder: PurePosixPath

    def __str__(self) -> str:
        port = "" if self.port == SSH_PORT else f":{self.port}"
        return f"sftp://{self.user}@{self.bracketed_host}{port}{self.folder}"

    @property
    def address(self) -> str:
        """Host and port, as Litestream takes them."""
        return f"{self.bracketed_host}:{self.port}"

    @property
    def known_name(self) -> str:
        """The name under which OpenSSH knows the host."""
        return self.host if self.port == SSH_PORT else f"[{self.host}]:{self.port}"

    @property
    def bracketed_host(self) -> str:
        """The host, as it stands in front of a port or a path."""
        return f"[{self.host}]" if ":" in self.host else self.host


Target = FolderTarget | SftpTarget


def parse_target(text: str) -> Target:
    """Read what an operator wrote; raises `UsageError`."""
    scheme, separator, _ = text.partition("://")
    if not separator:
        return _parse_folder(text)
    if scheme != "sftp":
        raise UsageError(f"a replica cannot go to {scheme}://", hint=f"give {_KINDS}")
    return _parse_sftp(text)


def _parse_folder(text: str) -> FolderTarget:
    folder = Path(text)
    if not folder.is_absolute() or not text.isprintable():
        raise UsageError(f"{text!r} is not the absolute path of a folder", hint=f"give {_KINDS}")
    return FolderTarget(folder)


def _parse_sftp(text: str) -> SftpTarget:
    hint = "give sftp://USER@HOST/FOLDER, or sftp://USER@HOST:PORT/FOLDER"
    try:
        parts = urlsplit(text)
        user, host, port = parts.username, parts.hostname, parts.port or SSH_PORT
    except ValueError:
        raise UsageError("this is no address of an SFTP server", hint=hint) from None
    if parts.password is not None:
        raise UsageError("an address with a password is not taken", hint="sign in with a key: --key PATH")
    folder = unquote(parts.path)
    if not user or not host or parts.query or parts.fragment or not _PLAIN_PATH.fullmatch(folder):
        raise UsageError("this is no address of a folder of an SFTP server", hint=hint)
    if user.startswith("-") or host.startswith("-") or ".." in PurePosixPath(folder).parts:
        raise UsageError("this is no address of a folder of an SFTP server", hint=hint)
    return SftpTarget(unquote(user), host, port, PurePosixPath(folder))
