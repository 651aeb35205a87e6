"""The action: round after round, it copies new files and sees that Litestream has sent what is committed."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hero_assistance.replication.claim import (
    Claim,
    begin_generation,
    read_generation,
    require_own,
    write_claim,
)
from hero_assistance.replication.configuration import (
    SOCKET,
    Configuration,
    open_target,
    read_configuration,
    write_litestream_configuration,
)
from hero_assistance.replication.copier import AttachmentCopier
from hero_assistance.replication.errors import ReplicaFailed, TargetTaken
from hero_assistance.replication.litestream import (
    LitestreamProcess,
    find_litestream,
    make_environment,
    sync_once,
)
from hero_assistance.replication.report import Report, read_report, write_report
from hero_assistance.replication.targets import FolderTarget, S3Target
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.files.data_folder import ATTACHMENTS, DATABASE, SERVER_LOCK
from hero_assistance_sdk.files.file_lock import find_holder
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.os_errors import explain
from hero_assistance_sdk.paths import Paths

if TYPE_CHECKING:
    from hero_assistance.replication.s3.signature import AccessKey

ROUND_S = 1.0
# After rounds that failed, doubled from one to the other.
_LONGEST_PAUSE_S = 30.0
# Asking an SFTP server whose replica it holds is a connection of its own, and a store may want money for it.
_CLAIM_S = 60.0
_FORGET_S = 3600.0
_SYNC_S = 30.0
# The server ends at the same time; what it writes last is to be copied, too.
_SERVER_ENDS_S = 4.0
_LAST_SYNC_S = 5.0
_POLL_S = 0.1

_log = get_log("replica")


class Replicator:
    """Writes the replica of one desk until it is told to stop."""

    def __init__(self, paths: Paths, clock: Callable[[], float] = time.time) -> None:
        self._paths = paths
        self._clock = clock
        self._configuration = read_configuration(paths)
        self._access_key = _read_access_key(paths, self._configuration)
        self._environment = make_environment(self._access_key)
        self._target = open_target(paths.replica, self._configuration, self._access_key)
        self._asks_each_round = isinstance(self._configuration.parsed_target, FolderTarget)
        self._copier = AttachmentCopier(self._target, paths.data / ATTACHMENTS, paths.replica)
        self._litestream = LitestreamProcess(self._find_program, paths.socket(SOCKET), self._environment)
        self._claim: Claim | None = None
        self._claim_asked = self._forgot = float("-inf")
        self._failures = 0
        # An earlier process may have been up to date; how far behind the replica is begins there.
        before = read_report(paths)
        self._report = Report(clock(), before.complete_at if before else None)

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; then send what is left. Ends before where a store has another key by now."""
        self._write(self._report)
        while not stop.wait(self._pause_s() if self._failures else ROUND_S):
            self.do_round()
            if self._failures and self._has_another_key():
                self._litestream.end()
                return
        self.finish()

    def do_round(self) -> None:
        """Copy what is new; what goes wrong is reported, and tried again."""
        begun = self._clock()
        try:
            self._require_claim(begun)
            generation = self._start_litestream()
            self._copier.copy(self._count)
            self._litestream.sync(self._paths.data / DATABASE, _SYNC_S)
            self._confirm(generation)
            self._forget(begun)
        except (HeroError, OSError) as error:
            self._fail(error)
            return
        if self._failures:
            _log.info("replica.works-again")
        self._failures = 0
        self._write(Report(self._clock(), begun))

    def finish(self) -> None:
        """Wait for the server's end as long as it may take, and send what it has written last."""
        self._litestream.end()
        if self._failures:
            return
        deadline = time.monotonic() + _SERVER_ENDS_S
        while find_holder(self._paths.data / SERVER_LOCK) is not None and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        begun = self._clock()
        try:
            claim = require_own(self._target, self._configuration.owner)
            generation = read_generation(self._paths.data)
            if generation is None or claim.generation != generation:
                return
            self._copier.copy(self._count)
            sync_once(self._find_program(), self._configure(generation), self._environment, _LAST_SYNC_S)
        except (HeroError, OSError) as error:
            _log.warning("replica.last-round-failed", error=error)
            return
        self._write(Report(self._clock(), begun))

    def _require_claim(self, now: float) -> None:
        """Let nothing be written to a target that is not ours; raises `TargetTaken`, `ReplicaFailed` or `OSError`."""
        if self._claim is not None and not self._asks_each_round and now - self._claim_asked < _CLAIM_S:
            return
        try:
            self._claim = require_own(self._target, self._configuration.owner)
        except (TargetTaken, ReplicaFailed) as error:
            # The disk of a folder may not be mounted: Litestream would fill the one below.
            if self._asks_each_round or isinstance(error, TargetTaken):
                self._litestream.end()
            raise
        self._claim_asked = now

    def _start_litestream(self) -> str:
        """Return the generation that Litestream writes; raises `ReplicaFailed` before there is a database."""
        if not (self._paths.data / DATABASE).exists():
            raise ReplicaFailed("there is no database yet", hint="hero_assistance --start")
        generation = read_generation(self._paths.data)
        if generation is None:
            self._litestream.end()
            generation = begin_generation(self._paths.data)
        self._litestream.ensure(lambda: self._configure(generation))
        return generation

    def _configure(self, generation: str) -> Path:
        return write_litestream_configuration(self._paths.replica, self._paths, self._configuration, generation)

    def _find_program(self) -> Path:
        return find_litestream(self._configuration.litestream)

    def _has_another_key(self) -> bool:
        try:
            return _read_access_key(self._paths, self._configuration) != self._access_key
        except (HeroError, OSError):
            return False

    def _confirm(self, generation: str) -> None:
        """Have restores take this generation, now that it is whole."""
        if self._claim is not None and self._claim.generation != generation:
            self._claim = replace(self._claim, generation=generation)
            write_claim(self._target, self._claim)
            _log.info("replica.whole", generation=generation)

    def _forget(self, now: float) -> None:
        if now - self._forgot >= _FORGET_S:
            self._copier.forget(now)
            self._forgot = now

    def _count(self, waiting: int) -> None:
        self._write(replace(self._report, written_at=self._clock(), waiting=waiting))

    def _fail(self, error: HeroError | OSError) -> None:
        told = _explain(error)
        self._failures += 1
        if self._failures == 1 or told.message != self._report.error:
            _log.warning("replica.round-failed", error=told.message)
        self._write(replace(self._report, written_at=self._clock(), error=told.message, hint=told.hint or ""))

    def _write(self, report: Report) -> None:
        self._report = report
        _tell(self._paths, report)

    def _pause_s(self) -> float:
        return min(_LONGEST_PAUSE_S, ROUND_S * float(2 ** min(self._failures, 10)))


def run_replicator(paths: Paths) -> None:
    """Write the replica until SIGTERM or SIGINT; what is wrong with the configuration is reported, as by a round.

    It does not end for it: the desk would not start with an action that ends.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    while not stop.is_set():
        try:
            replicator = Replicator(paths)
        except (HeroError, OSError) as error:
            told = _explain(error)
            _log.warning("replica.not-configured", error=told)
            _tell(paths, Report(time.time(), error=told.message, hint=told.hint or ""))
            stop.wait(_LONGEST_PAUSE_S)
        else:
            replicator.run(stop)


def _read_access_key(paths: Paths, configuration: Configuration) -> AccessKey | None:
    """The key of a store, for which there has to be one; raises `ReplicaFailed`."""
    if not isinstance(configuration.parsed_target, S3Target):
        return None
    from hero_assistance.replication.s3.access_key import read_access_key

    return read_access_key(paths)


def _explain(error: HeroError | OSError) -> HeroError:
    return error if isinstance(error, HeroError) else explain(error)


def _tell(paths: Paths, report: Report) -> None:
    """Write the report; a disk that takes none is no reason to end."""
    try:
        write_report(paths.replica, report)
    except OSError as error:
        _log.warning("replica.report-not-written", error=error)
