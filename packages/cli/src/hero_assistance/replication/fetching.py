"""Fetches a replica next to the data folder, for the server's program to put it in place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hero_assistance.replication.claim import read_claim
from hero_assistance.replication.configuration import (
    Configuration,
    open_target,
    write_known_hosts,
    write_litestream_configuration,
)
from hero_assistance.replication.errors import NoReplica
from hero_assistance.replication.litestream import fetch_database, find_litestream, make_environment
from hero_assistance.replication.replica_setup import find_access_key
from hero_assistance.replication.target_folder import FOLDER
from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.files.data_folder import DATABASE, SERVER_LOCK
from hero_assistance_sdk.files.file_lock import find_holder
from hero_assistance_sdk.paths import Paths

_PORTION = 1000
# A database of many gigabytes over a slow line.
_TIMEOUT_S = 6 * 3600.0


@contextmanager
def fetched_replica(paths: Paths, configuration: Configuration, report: Callable[[str], None]) -> Iterator[Path]:
    """Yield a folder with the database and the attachments of a replica; it is removed at the end.

    `report` gets each step. Raises `NoReplica` where there is none, `ReplicaFailed`, or `Conflict` while a server runs.
    """
    if find_holder(paths.data / SERVER_LOCK) is not None:
        raise Conflict("a server runs on the data that would be replaced", hint="stop it with: hero_assistance --stop")
    program = find_litestream(configuration.litestream)
    paths.data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # On the same disk as the data, since it takes as much room.
    folder = Path(tempfile.mkdtemp(prefix="replica-", dir=paths.data.parent))
    try:
        write_known_hosts(folder, configuration)
        access_key = find_access_key(paths, configuration)
        target = open_target(folder, configuration, access_key)
        claim = read_claim(target)
        if claim is None:
            raise NoReplica(f"there is no replica at {configuration.target}")
        generation = claim.require_generation()
        report("fetching the database")
        litestream = write_litestream_configuration(folder, paths, configuration, generation)
        environment = make_environment(access_key)
        fetch_database(program, litestream, environment, paths.data / DATABASE, folder / DATABASE, _TIMEOUT_S)
        names = sorted(target.list_files())
        for start in range(0, len(names), _PORTION):
            report(f"fetching attachments: {start} of {len(names)}")
            target.fetch(names[start : start + _PORTION], folder / FOLDER)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
