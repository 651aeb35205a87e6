"""When somebody has to look after a replica."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance.replication.report import (
    BEHIND_S,
    REPORT,
    SILENT_S,
    Report,
    describe,
    find_condition,
    read_report,
    write_report,
)
from hero_assistance_sdk.paths import Paths

pytestmark = pytest.mark.pure

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("report", "name", "words"),
    [
        (None, "replica-missing", "not begun"),
        (Report(NOW, NOW), None, ""),
        (Report(NOW, NOW - BEHIND_S), None, ""),
        (Report(NOW, NOW - BEHIND_S, error="the disk is full"), None, ""),
        (Report(NOW, NOW - BEHIND_S - 1), "replica-behind", "1 min behind"),
        (Report(NOW, NOW - 7200, error="the disk is full"), "replica-behind", "2 h behind: the disk is full"),
        (Report(NOW, waiting=9), None, ""),
        (Report(NOW, error="refused"), "replica-behind", "not whole yet: refused"),
        (Report(NOW - SILENT_S - 1, NOW), "replica-silent", "12 min"),
    ],
)
def test_a_condition_says_what_is_wrong(report: Report | None, name: str | None, words: str) -> None:
    found = find_condition(report, NOW)
    assert (found.name if found else None) == name
    assert found is None or (words in found.message and found.hint)


def test_a_replica_is_described_in_a_few_words() -> None:
    assert describe(None, NOW) == "the replica is not whole yet"
    assert describe(Report(NOW, NOW - 2), NOW) == "2 s behind"
    assert describe(Report(NOW, NOW - 90_000, waiting=3), NOW) == "1 d behind, 3 files wait"


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    paths = Paths(root=tmp_path, sockets=tmp_path, var=tmp_path)
    assert read_report(paths) is None
    report = Report(NOW, NOW - 1, 2, "refused", "see the log")
    write_report(paths.replica, report)
    assert read_report(paths) == report
    (paths.replica / REPORT).write_text("[]")
    assert read_report(paths) is None
