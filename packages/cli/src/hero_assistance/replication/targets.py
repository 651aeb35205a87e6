"""Where a replica goes: a folder of this machine or of an SFTP server, or a bucket of an S3-compatible store."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from hero_assistance_sdk.errors import UsageError

SSH_PORT = 22
# What needs no quoting in a command of `sftp`, and no thought in a configuration.
_PLAIN_PATH = re.compile(r"/[\w./@+=:,~ -]+", re.ASCII)
_KINDS = "a folder such as /mnt/copy, sftp://USER@HOST/FOLDER, or s3://BUCKET/PATH"
DEFAULT_REGION = "us-east-1"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
# What every store takes in a name, and no signature escapes.
_PLAIN_NAME = re.compile(r"[\w.~-]+(/[\w.~-]+)*", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]{1,64}", re.ASCII)
# What is sent over the overlay is encrypted there.
_OVERLAY = ipaddress.ip_network("400::/7")


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


@dataclass(frozen=True, slots=True)
class S3Target:
    """What begins with a path in a bucket of an S3-compatible store; `endpoint` is empty for that of AWS."""

    bucket: str
    path: str
    endpoint: str = ""
    region: str = DEFAULT_REGION

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.path}"

    @property
    def url(self) -> str:
        """Where the store answers."""
        return self.endpoint or f"https://s3.{self.region}.amazonaws.com"


Target = FolderTarget | SftpTarget | S3Target


def parse_target(text: str, *, endpoint: str = "", region: str = "") -> Target:
    """Read what an operator wrote, with the address and the region of a store; raises `UsageError`."""
    scheme, separator, rest = text.partition("://")
    if scheme == "s3" and separator:
        return _parse_s3(rest, endpoint, region)
    if endpoint or region:
        raise UsageError("--endpoint and --region go with s3:// alone")
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


def _parse_s3(rest: str, endpoint: str, region: str) -> S3Target:
    bucket, _, path = rest.partition("/")
    if not _BUCKET.fullmatch(bucket) or not _PLAIN_NAME.fullmatch(path) or {".", ".."} & set(path.split("/")):
        hint = "give s3://BUCKET/PATH, with letters, digits and . _ ~ - in the path"
        raise UsageError("this is no address of a part of a bucket", hint=hint)
    if region and not _REGION.fullmatch(region):
        raise UsageError(f"{region!r} is no name of a region", hint="give one such as eu-central-1")
    return S3Target(bucket, path, _parse_endpoint(endpoint) if endpoint else "", region or DEFAULT_REGION)


def _parse_endpoint(text: str) -> str:
    """The address of a store as a URL without a path; what goes there over a network is encrypted."""
    hint = "give https://HOST or https://HOST:PORT"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError("this is no address of a store", hint=hint) from None
    if parts.username is not None or parts.password is not None:
        raise UsageError("an address with a user or a password is not taken", hint="the key of the store is a secret")
    if not host or parts.scheme not in {"http", "https"} or parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError("this is no address of a store", hint=hint)
    if parts.scheme == "http" and not _is_private(host):
        raise UsageError("without TLS, everybody on the way could read the replica", hint=hint)
    bracketed = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{bracketed}" + (f":{port}" if port else "")


def _is_private(host: str) -> bool:
    """Whether what is sent there stays on this machine, or is encrypted by the overlay."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return address.is_loopback or address in _OVERLAY
