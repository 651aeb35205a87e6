"""What an operator has chosen for the replica, and the configuration of Litestream that follows from it.

`<var>/replica/hero_assistance/`: `replica.json` with the choice, `litestream.yml`, `known_hosts` with the key of the
SFTP server, `report.json` of the action. All of it is the owner's alone. It holds no secret: keys of SSH stay where
they are, and the key of a store is in the supervisor.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hero_assistance.replication.claim import name_database
from hero_assistance.replication.errors import NoReplica, ReplicaFailed
from hero_assistance.replication.local_folder import LocalFolder
from hero_assistance.replication.sftp_folder import SftpFolder
from hero_assistance.replication.target_folder import TargetFolder
from hero_assistance.replication.targets import FolderTarget, S3Target, SftpTarget, Target, parse_target
from hero_assistance_sdk.files.data_folder import DATABASE
from hero_assistance_sdk.files.durable_files import write_atomic
from hero_assistance_sdk.paths import Paths

if TYPE_CHECKING:
    from hero_assistance.replication.s3.signature import AccessKey

LITESTREAM_CONFIGURATION = "litestream.yml"
KNOWN_HOSTS = "known_hosts"
SOCKET = "litestream"
# How often Litestream looks for something to send: the most that is lost, but for the time that sending takes.
SYNC_S = 1
# What is deleted is gone from the replica after twice this time at the latest: a snapshot is as old as this when it is
# replaced, and kept as long again.
RETENTION_H = 24
# Litestream's last try when it is ended; the supervisor waits longer.
SHUTDOWN_S = 3


@dataclass(frozen=True, slots=True)
class Configuration:
    """The choice of an operator. `litestream` is the program, empty for the one that is found."""

    owner: str
    target: str
    key: str = ""
    host_key: str = ""
    litestream: str = ""
    endpoint: str = ""
    region: str = ""

    @property
    def parsed_target(self) -> Target:
        """The target; raises `UsageError`."""
        return parse_target(self.target, endpoint=self.endpoint, region=self.region)


def is_set_up(paths: Paths) -> bool:
    """Whether there is a replica to write."""
    return paths.replica_configuration.exists()


def read_configuration(paths: Paths) -> Configuration:
    """Read the choice; raises `NoReplica` where none was made, `ReplicaFailed` for a damaged one."""
    try:
        told = json.loads(paths.replica_configuration.read_bytes())
        return Configuration(**{str(name): str(value) for name, value in told.items()})
    except FileNotFoundError:
        raise NoReplica("no replica is set up", hint="hero_assistance replicate setup TARGET") from None
    except (ValueError, TypeError, AttributeError):
        hint = "hero_assistance replicate setup TARGET"
        raise ReplicaFailed(f"{paths.replica_configuration} is damaged", hint=hint) from None


def write_configuration(paths: Paths, configuration: Configuration) -> None:
    """Store the choice, and the key that an SFTP server has to show."""
    write_known_hosts(paths.replica, configuration)
    # A release that a rollback brings back knows no more than what it could choose.
    chosen = {name: value for name, value in asdict(configuration).items() if value}
    write_atomic(paths.replica_configuration, json.dumps(chosen, indent=2).encode())


def write_known_hosts(folder: Path, configuration: Configuration) -> None:
    """Write the file by which OpenSSH knows the server."""
    target = configuration.parsed_target
    if isinstance(target, SftpTarget):
        write_atomic(folder / KNOWN_HOSTS, f"{target.known_name} {configuration.host_key}\n".encode())


def open_target(folder: Path, configuration: Configuration, access_key: AccessKey | None = None) -> TargetFolder:
    """Return the folder of the target; `folder` holds `known_hosts`, and a store needs its key."""
    target = configuration.parsed_target
    if isinstance(target, FolderTarget):
        return LocalFolder(target.folder)
    if isinstance(target, S3Target):
        # It imports a client for HTTP, which other targets do without.
        from hero_assistance.replication.s3.s3_folder import S3Folder
        from hero_assistance.replication.s3.store import S3Store

        if access_key is None:
            raise ReplicaFailed(f"{target} needs an access key")
        return S3Folder(S3Store(target, access_key))
    return SftpFolder(target, Path(configuration.key), folder / KNOWN_HOSTS)


def write_litestream_configuration(folder: Path, paths: Paths, configuration: Configuration, generation: str) -> Path:
    """Write what Litestream reads, and return its path; JSON is YAML."""
    path = folder / LITESTREAM_CONFIGURATION
    told = {
        "socket": {"enabled": True, "path": str(paths.socket(SOCKET)), "permissions": 0o600},
        "logging": {"type": "text", "level": "warn"},
        "shutdown-sync-timeout": f"{SHUTDOWN_S}s",
        "snapshot": {"interval": f"{RETENTION_H}h", "retention": f"{RETENTION_H}h"},
        "dbs": [{"path": str(paths.data / DATABASE), "replica": _describe_replica(configuration, generation)}],
    }
    write_atomic(path, json.dumps(told, indent=2).encode())
    return path


def _describe_replica(configuration: Configuration, generation: str) -> dict[str, Any]:
    target = configuration.parsed_target
    name = name_database(generation)
    told: dict[str, Any] = {"sync-interval": f"{SYNC_S}s"}
    if isinstance(target, FolderTarget):
        return told | {"type": "file", "path": str(target.folder / name)}
    if isinstance(target, S3Target):
        told |= {"type": "s3", "bucket": target.bucket, "path": f"{target.path}/{name}", "region": target.region}
        # Names of buckets as a part of a host are a habit of AWS, which takes them in the path, too.
        return told | {"force-path-style": True} | ({"endpoint": target.endpoint} if target.endpoint else {})
    return told | {
        "type": "sftp",
        "host": target.address,
        "user": target.user,
        "path": str(target.folder / name),
        "key-path": configuration.key,
        "host-key": configuration.host_key,
    }
