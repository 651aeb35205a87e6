"""Sets a replica up, and takes it back: checks the target, claims it, stores the choice."""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hero_assistance.replication.claim import Claim, make_id, read_claim, write_claim
from hero_assistance.replication.configuration import (
    Configuration,
    is_set_up,
    open_target,
    read_configuration,
    write_configuration,
    write_known_hosts,
)
from hero_assistance.replication.errors import ReplicaFailed, TargetTaken
from hero_assistance.replication.host_keys import find_host_key
from hero_assistance.replication.litestream import find_litestream
from hero_assistance.replication.openssh import run_openssh
from hero_assistance.replication.report import Report, write_report
from hero_assistance.replication.target_folder import TargetFolder
from hero_assistance.replication.targets import FolderTarget, S3Target, SftpTarget, parse_target
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.os_errors import explain
from hero_assistance_sdk.paths import Paths

if TYPE_CHECKING:
    from hero_assistance.replication.s3.signature import AccessKey

_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
_KEY_S = 10.0


@dataclass(frozen=True, slots=True)
class TargetChoice:
    """What an operator gives for a target; what is empty is found."""

    target: str
    key: str = ""
    host_key: str = ""
    litestream: str = ""
    endpoint: str = ""
    region: str = ""


def set_up(paths: Paths, choice: TargetChoice, *, takes_over: bool = False) -> Configuration:
    """Claim a target and store the choice; the action has to be started then.

    Raises `TargetTaken` for one with the replica of another desk, unless `takes_over`; `ReplicaFailed`,
    `LitestreamMissing` or `UsageError`.
    """
    owner = read_configuration(paths).owner if is_set_up(paths) else make_id()
    configuration = make_configuration(choice, owner)
    folder = configuration.parsed_target
    if isinstance(folder, FolderTarget) and folder.folder.is_relative_to(paths.data):
        raise UsageError("a replica inside of the data folder is none", hint="give a folder of another disk")
    with tempfile.TemporaryDirectory(prefix="ha") as scratch:
        write_known_hosts(Path(scratch), configuration)
        target = open_target(Path(scratch), configuration, find_access_key(paths, configuration))
        _claim(target, owner, takes_over=takes_over)
    write_configuration(paths, configuration)
    # What an earlier target has says nothing of this one.
    write_report(paths.replica, Report(time.time()))
    return configuration


def remove(paths: Paths) -> bool:
    """Forget the choice; what is at the target stays. Returns whether there was one."""
    was_set_up = is_set_up(paths)
    paths.replica_configuration.unlink(missing_ok=True)
    return was_set_up


def make_configuration(choice: TargetChoice, owner: str) -> Configuration:
    """Complete a choice by what is found on this machine, and by the server's key."""
    if choice.litestream and not Path(choice.litestream).is_absolute():
        raise UsageError("--litestream takes an absolute path")
    if choice.litestream and not os.access(choice.litestream, os.X_OK):
        raise UsageError(f"{choice.litestream} is no program")
    # A supervisor may have another `PATH` than this shell.
    litestream = str(find_litestream(choice.litestream).absolute())
    target = parse_target(choice.target, endpoint=choice.endpoint, region=choice.region)
    if not isinstance(target, SftpTarget):
        if choice.key or choice.host_key:
            raise UsageError("--key and --host-key go with sftp:// alone")
        if isinstance(target, FolderTarget):
            return Configuration(owner, str(target), litestream=litestream)
        return Configuration(owner, str(target), litestream=litestream, endpoint=target.endpoint, region=target.region)
    key = _find_key(choice.key)
    host_key = find_host_key(target, choice.host_key or None, _list_known_hosts())
    return Configuration(owner, str(target), str(key), host_key, litestream)


def find_access_key(paths: Paths, configuration: Configuration) -> AccessKey | None:
    """Return the key of a store, `None` for another target; raises `ReplicaFailed` where it is not set."""
    if not isinstance(configuration.parsed_target, S3Target):
        return None
    from hero_assistance.replication.s3.access_key import ask_access_key

    return ask_access_key(paths)


def _claim(folder: TargetFolder, owner: str, *, takes_over: bool) -> None:
    try:
        found = read_claim(folder)
        if found is not None and found.owner != owner and not takes_over:
            raise TargetTaken(
                "there is the replica of another desk at the target, or of this one before it was restored",
                hint="give another target; or --take-over, once nothing else writes there",
            )
        write_claim(folder, Claim(owner, found.generation if found else None))
    except OSError as error:
        told = explain(error)
        raise ReplicaFailed(f"the target cannot be written: {told.message}", hint=told.hint) from None


def _find_key(chosen: str) -> Path:
    """The private key, which must need no passphrase: there is no one to enter it."""
    home = Path.home() / ".ssh"
    tried = [Path(chosen).absolute()] if chosen else [home / name for name in _KEYS]
    key = next((path for path in tried if path.is_file()), None)
    if key is None:
        raise UsageError(f"there is no key {tried[0]}", hint="make one: ssh-keygen -t ed25519, or give --key PATH")
    if run_openssh(["ssh-keygen", "-y", "-P", "", "-f", str(key)], _KEY_S).returncode != 0:
        raise UsageError(f"{key} is no private key without a passphrase", hint="give one that is: --key PATH")
    return key


def _list_known_hosts() -> list[Path]:
    return [Path.home() / ".ssh" / "known_hosts", Path("/etc/ssh/ssh_known_hosts")]
