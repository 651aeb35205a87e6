"""The history: outcomes and verdicts over time, in one SQLite file that many runs may append to at once."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from flake_quarantine.ci_job import CiJob, read_ci_job
from flake_quarantine.errors import QuarantineError
from flake_quarantine.machine_load import MachineLoad

BUSY_SECONDS = 60.0
UNKNOWN_LOAD = (None,) * 4
VERSION = 5
SCHEMA = """
CREATE TABLE IF NOT EXISTS batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of events: clocks may go back
    at INTEGER NOT NULL,                   -- UTC seconds, never before the batch before it
    arm TEXT NOT NULL,                     -- run, alone, load
    workers INTEGER NOT NULL,
    uid TEXT,                              -- the same in every file that this batch was merged into
    revision TEXT NOT NULL DEFAULT '',     -- the commit, empty like the others where no CI job says it
    branch TEXT NOT NULL DEFAULT '',
    job TEXT NOT NULL DEFAULT ''
);
CREATE TABLE IF NOT EXISTS test (id INTEGER PRIMARY KEY, nodeid TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS outcome (
    batch INTEGER NOT NULL REFERENCES batch (id),
    test INTEGER NOT NULL REFERENCES test (id),
    outcome TEXT NOT NULL,
    seconds REAL NOT NULL,
    signature TEXT NOT NULL,
    load_average REAL,                     -- of the machine, the others are shares of the time of all cores
    steal REAL,
    own REAL,
    others REAL
);
CREATE INDEX IF NOT EXISTS outcome_by_test ON outcome (test, batch);
CREATE TABLE IF NOT EXISTS verdict (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    nodeid TEXT NOT NULL,
    verdict TEXT NOT NULL,
    details TEXT NOT NULL,                 -- JSON
    uid TEXT
);
CREATE INDEX IF NOT EXISTS verdict_by_test ON verdict (nodeid, at);
CREATE TABLE IF NOT EXISTS notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    nodeid TEXT NOT NULL,
    event TEXT NOT NULL,                   -- what the issue tracker was told of the test
    issue TEXT NOT NULL,                   -- the link to the issue that tells it
    uid TEXT
);
"""
# What makes each format from the one before it.
MIGRATIONS = {
    2: """
ALTER TABLE batch ADD COLUMN uid TEXT;
ALTER TABLE verdict ADD COLUMN uid TEXT;
UPDATE batch SET uid = lower(hex(randomblob(8)));
UPDATE verdict SET uid = lower(hex(randomblob(8)))
""",
    3: """
ALTER TABLE outcome ADD COLUMN load_average REAL;
ALTER TABLE outcome ADD COLUMN steal REAL;
ALTER TABLE outcome ADD COLUMN own REAL;
ALTER TABLE outcome ADD COLUMN others REAL
""",
    4: """
CREATE TABLE notice (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, nodeid TEXT NOT NULL,
    event TEXT NOT NULL, issue TEXT NOT NULL, uid TEXT);
ALTER TABLE batch ADD COLUMN revision TEXT NOT NULL DEFAULT '';
ALTER TABLE batch ADD COLUMN branch TEXT NOT NULL DEFAULT '';
ALTER TABLE batch ADD COLUMN job TEXT NOT NULL DEFAULT ''
""",
    5: "CREATE INDEX IF NOT EXISTS verdict_by_test ON verdict (nodeid, at)",
}
MERGE = """
INSERT OR IGNORE INTO test (nodeid) SELECT nodeid FROM other.test;
INSERT INTO batch (at, arm, workers, uid, revision, branch, job)
    SELECT at, arm, workers, uid, revision, branch, job FROM other.batch
    WHERE uid NOT IN (SELECT uid FROM main.batch) ORDER BY id;
INSERT INTO outcome SELECT mine.id, known.id, o.outcome, o.seconds, o.signature, o.load_average, o.steal, o.own,
    o.others FROM other.outcome o
    JOIN other.batch theirs ON theirs.id = o.batch JOIN batch mine ON mine.uid = theirs.uid
    JOIN other.test named ON named.id = o.test JOIN test known ON known.nodeid = named.nodeid
    WHERE mine.id > :newest;
INSERT INTO verdict (at, nodeid, verdict, details, uid) SELECT at, nodeid, verdict, details, uid FROM other.verdict
    WHERE uid NOT IN (SELECT uid FROM main.verdict) ORDER BY id;
INSERT INTO notice (at, nodeid, event, issue, uid) SELECT at, nodeid, event, issue, uid FROM other.notice
    WHERE uid NOT IN (SELECT uid FROM main.notice) ORDER BY id
"""


class OutcomeRow(NamedTuple):
    """How one test ended; `load` is that of a run of a measurement."""

    nodeid: str
    outcome: str
    seconds: float
    signature: str
    load: MachineLoad | None = None


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of one pytest run, or of one batch of a measurement.

    `arm` is `run` for an ordinary run, `alone` or `load` for a measurement. What was run elsewhere has a `uid`,
    the same each time it is read, and `at`, when it was run, in UTC seconds.
    """

    arm: str
    workers: int
    rows: Sequence[OutcomeRow]
    uid: str = ""
    at: int | None = None


@dataclass(frozen=True)
class Point:
    """Runs and failures of one test in one batch; `at` is in UTC seconds."""

    batch: int
    at: int
    arm: str
    workers: int
    runs: int
    failures: int


class FailingBatch(NamedTuple):
    """When and where a test failed; `at` is in UTC seconds."""

    at: int
    arm: str
    job: CiJob


class VerdictRow(NamedTuple):
    """What one measurement decided; `at` is in UTC seconds, `details` is JSON."""

    at: int
    nodeid: str
    verdict: str
    details: str


class NoticeRow(NamedTuple):
    """What an issue tracker was told of one test, and the link to the issue; `at` is in UTC seconds."""

    at: int
    nodeid: str
    event: str
    issue: str


class History:
    """An open history file; raises QuarantineError if the file is no history, or of a newer format.

    Every write is one transaction, so that runs at the same time do not mix.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        try:
            # A rollback journal, not WAL: a CI cache keeps one file.
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise QuarantineError(f"{path}: not a usable history: {error}; move it away") from error

    def __enter__(self) -> History:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def append(self, outcomes: Outcomes) -> bool:
        """Append one batch of outcomes, and return true; false if a batch with its `uid` is there."""
        with self._transaction():
            if outcomes.uid and self._db.execute("SELECT 1 FROM batch WHERE uid = ?", (outcomes.uid,)).fetchone():
                return False
            # A time that another program wrote: were it after now, all later batches would be so, too.
            at = self._read_clock("batch") if outcomes.at is None else max(0, min(outcomes.at, int(time.time())))
            job = CiJob() if outcomes.uid else read_ci_job()  # what was run elsewhere belongs to another job
            batch = self._db.execute(
                "INSERT INTO batch (at, arm, workers, uid, revision, branch, job) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (at, outcomes.arm, outcomes.workers, outcomes.uid or _make_uid(), *job),
            ).lastrowid
            names = {(row.nodeid,) for row in outcomes.rows}
            self._db.executemany("INSERT OR IGNORE INTO test (nodeid) VALUES (?)", names)
            self._db.executemany(
                "INSERT INTO outcome SELECT ?, id, ?, ?, ?, ?, ?, ?, ? FROM test WHERE nodeid = ?",
                (
                    (batch, row.outcome, row.seconds, row.signature, *(row.load or UNKNOWN_LOAD), row.nodeid)
                    for row in outcomes.rows
                ),
            )
        return True

    def append_verdict(self, nodeid: str, verdict: str, details: str) -> None:
        """Append the verdict of a measurement; `details` is JSON."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO verdict (at, nodeid, verdict, details, uid) VALUES (?, ?, ?, ?, ?)",
                (self._read_clock("verdict"), nodeid, verdict, details, _make_uid()),
            )

    def append_notice(self, nodeid: str, event: str, issue: str) -> None:
        """Append what an issue tracker was told."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO notice (at, nodeid, event, issue, uid) VALUES (?, ?, ?, ?, ?)",
                (self._read_clock("notice"), nodeid, event, issue, _make_uid()),
            )

    def list_notices(self, nodeid: str) -> list[NoticeRow]:
        """Return what issue trackers were told of one test, oldest first."""
        rows = self._db.execute(
            "SELECT at, nodeid, event, issue FROM notice WHERE nodeid = ? ORDER BY at, id", (nodeid,)
        )
        return [NoticeRow(*row) for row in rows]

    def merge(self, path: Path) -> int:
        """Copy the batches of another file that are not here yet, and return how many; repeating it adds nothing."""
        if not path.exists():
            raise QuarantineError(f"{path}: there is no such history")
        if path.resolve() == self.path.resolve():
            raise QuarantineError(f"{path}: a history cannot be merged into itself")
        History(path).close()  # refuses a file that is no history, and migrates an old one
        self._db.execute("ATTACH ? AS other", (str(path),))
        try:
            with self._transaction():
                newest = self._db.execute("SELECT COALESCE(MAX(id), 0) FROM batch").fetchone()[0]
                for statement in MERGE.split(";"):
                    self._db.execute(statement, {"newest": newest} if ":newest" in statement else {})
                taken = self._db.execute("SELECT COUNT(*) FROM batch WHERE id > ?", (newest,)).fetchone()[0]
        finally:
            self._db.execute("DETACH other")
        return int(taken)

    def list_seconds(self) -> dict[str, float]:
        """Return how long each test lasts on average when it passes."""
        rows = self._db.execute(
            "SELECT t.nodeid, AVG(o.seconds) FROM outcome o JOIN test t ON t.id = o.test"
            " WHERE o.outcome = 'passed' GROUP BY t.id"
        )
        return dict(rows.fetchall())

    def list_tests(self) -> list[str]:
        """Return the node ids of all tests that ever failed or were measured, sorted."""
        rows = self._db.execute(
            "SELECT nodeid FROM test WHERE id IN (SELECT test FROM outcome WHERE outcome NOT IN ('passed', 'skipped'))"
            " UNION SELECT nodeid FROM verdict ORDER BY 1"
        )
        return [row[0] for row in rows]

    def list_points(self, nodeid: str) -> list[Point]:
        """Return the runs and failures of one test, batch by batch, oldest first."""
        rows = self._db.execute(
            "SELECT b.id, b.at, b.arm, b.workers, COUNT(*), SUM(o.outcome != 'passed') FROM outcome o"
            " JOIN batch b ON b.id = o.batch JOIN test t ON t.id = o.test"
            " WHERE t.nodeid = ? AND o.outcome != 'skipped' GROUP BY b.id ORDER BY b.at, b.id",
            (nodeid,),
        )
        return [Point(*row) for row in rows]

    def find_failing_batches(self, nodeid: str) -> list[FailingBatch]:
        """Return the first and the last batch in which the test failed; none, or one twice."""
        rows = self._db.execute(
            "SELECT DISTINCT b.at, b.arm, b.revision, b.branch, b.job, b.id FROM outcome o"
            " JOIN batch b ON b.id = o.batch JOIN test t ON t.id = o.test"
            " WHERE t.nodeid = ? AND o.outcome NOT IN ('passed', 'skipped') ORDER BY b.at, b.id",
            (nodeid,),
        ).fetchall()
        return [FailingBatch(at, arm, CiJob(*job)) for at, arm, *job, _ in (*rows[:1], *rows[-1:])]

    def prune(self, before: int) -> int:
        """Remove the batches before a time in UTC seconds, and what only they hold; return how many.

        The last verdict on each test stays, however old it is, and the first of those that say it is healed since.
        """
        with self._transaction():
            removed = self._db.execute("SELECT COUNT(*) FROM batch WHERE at < ?", (before,)).fetchone()[0]
            self._db.execute("DELETE FROM outcome WHERE batch IN (SELECT id FROM batch WHERE at < ?)", (before,))
            self._db.execute("DELETE FROM batch WHERE at < ?", (before,))
            self._db.execute("DELETE FROM test WHERE id NOT IN (SELECT test FROM outcome)")
            self._db.execute(
                # The last one by its time: what was merged has higher numbers, and may be older.
                "DELETE FROM verdict WHERE at < ? AND id NOT IN (SELECT id FROM (SELECT id, verdict,"
                " ROW_NUMBER() OVER newer AS place, SUM(verdict <> 'healed') OVER newer AS others,"
                " LEAD(verdict) OVER newer AS before FROM verdict"
                " WINDOW newer AS (PARTITION BY nodeid ORDER BY at DESC, id DESC))"
                " WHERE place = 1 OR (others = 0 AND before IS NOT 'healed'))",
                (before,),
            )
        self._db.execute("VACUUM")  # a CI cache keeps the file: it is to become smaller
        return int(removed)

    def count_signatures(self, nodeid: str) -> list[tuple[str, int]]:
        """Count the failures of one test by signature, most frequent first."""
        rows = self._db.execute(
            "SELECT o.signature, COUNT(*) FROM outcome o JOIN test t ON t.id = o.test"
            " WHERE t.nodeid = ? AND o.outcome NOT IN ('passed', 'skipped') GROUP BY 1 ORDER BY 2 DESC, 1",
            (nodeid,),
        )
        return [(row[0], row[1]) for row in rows]

    def list_loads(self, nodeid: str, arm: str) -> list[MachineLoad]:
        """Return the load of the machine during each run of one test in one arm, as far as it is known."""
        rows = self._db.execute(
            "SELECT o.load_average, o.steal, o.own, o.others FROM outcome o JOIN batch b ON b.id = o.batch"
            " JOIN test t ON t.id = o.test WHERE t.nodeid = ? AND b.arm = ? AND o.load_average IS NOT NULL"
            " ORDER BY b.id, o.rowid",
            (nodeid, arm),
        )
        return [MachineLoad(*row) for row in rows]

    def list_verdicts(self, nodeid: str | None = None) -> list[VerdictRow]:
        """Return the verdicts of one test, or of all, oldest first."""
        rows = self._db.execute(
            "SELECT at, nodeid, verdict, details FROM verdict WHERE ?1 IS NULL OR nodeid = ?1 ORDER BY at, id",
            (nodeid,),
        )
        return [VerdictRow(*row) for row in rows]

    def find_healed_since(self, nodeid: str) -> dt.date | None:
        """Return the UTC date of the first of the latest unbroken `healed` verdicts; None if the last is another."""
        (since,) = self._db.execute(
            "SELECT MIN(at) FROM (SELECT at, SUM(verdict <> 'healed') OVER (ORDER BY at DESC, id DESC) AS others"
            " FROM verdict WHERE nodeid = ?) WHERE others = 0",
            (nodeid,),
        ).fetchone()
        return None if since is None else dt.datetime.fromtimestamp(since, dt.UTC).date()

    def _read_clock(self, table: str) -> int:
        """Return UTC seconds, or the time of the newest row if the clock went back."""
        newest = self._db.execute(f"SELECT MAX(at) FROM {table}").fetchone()[0]  # noqa: S608
        return max(int(time.time()), newest or 0)

    def _prepare(self) -> None:
        """Create the tables, or migrate those of an older format."""
        if self._read_version() > VERSION:
            raise QuarantineError(f"{self.path}: written by a newer flake-quarantine (format {self._read_version()})")
        if self._read_version() == VERSION:
            return
        with self._transaction():
            # Another process may have done it in the meantime.
            version = self._read_version()
            scripts = [SCHEMA] if version == 0 else [MIGRATIONS[made] for made in range(version + 1, VERSION + 1)]
            for statement in ";".join(scripts).split(";"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {VERSION}")

    def _read_version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._db.in_transaction:  # a full disk has ended it
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _make_uid() -> str:
    return secrets.token_hex(8)
