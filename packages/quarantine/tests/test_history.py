"""The history: appended by many at once, and by a clock that goes back."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flake_quarantine import history
from flake_quarantine.ci_job import BRANCHES, COMMITS, JOBS, read_ci_job
from flake_quarantine.cli.html_report import write_report
from flake_quarantine.cli.main import run
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History, OutcomeRow, Outcomes
from flake_quarantine.inference.statistics import wilson_interval
from flake_quarantine.register import Register

WRITER = """
import sys
from pathlib import Path
from flake_quarantine.history import History, OutcomeRow, Outcomes
for number in range(20):
    with History(Path(sys.argv[1])) as file:
        rows = [OutcomeRow("a.py::test_a", "failed", 0.1, "sig"), OutcomeRow("a.py::test_b", "passed", 0.1, "")]
        file.append(Outcomes("run", 2, rows))
"""


def test_runs_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "h.db"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path)]) for _ in range(3)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    with History(path) as file:
        points = file.list_points("a.py::test_a")
        assert len(points) == 60
        assert all((point.runs, point.failures) == (1, 1) for point in points)


def test_a_clock_that_goes_back_does_not_change_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with History(tmp_path / "h.db") as file:
        for moment in (2_000_000_000, 1_000_000_000, 2_000_000_100):
            monkeypatch.setattr(time, "time", lambda moment=moment: moment)
            file.append(Outcomes("run", 0, [OutcomeRow("t", "passed", 0.0, "")]))
        assert [point.at for point in file.list_points("t")] == [2_000_000_000, 2_000_000_000, 2_000_000_100]


def test_histories_of_jobs_are_merged_once(tmp_path: Path) -> None:
    """Batches keep their runs, in the order of time; merging again adds nothing."""
    for job in ("one", "two"):
        with History(tmp_path / job) as file:
            file.append(Outcomes("run", 2, [OutcomeRow("t", "failed", 0.1, job), OutcomeRow(job, "passed", 0.1, "")]))
            file.append_verdict("t", "healed", "{}")
    with History(tmp_path / "all") as file:
        assert [file.merge(tmp_path / job) for job in ("one", "two", "one")] == [1, 1, 0]
        assert [(point.runs, point.failures) for point in file.list_points("t")] == [(1, 1), (1, 1)]
        assert file.count_signatures("t") == [("one", 1), ("two", 1)]
        assert len(file.list_verdicts("t")) == 2
        assert [len(file.list_points(job)) for job in ("one", "two")] == [1, 1]
        with pytest.raises(QuarantineError, match="there is no such history"):
            file.merge(tmp_path / "three")


def test_merged_batches_are_in_the_order_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for job, moments in (("one", (1000, 3000)), ("two", (2000,))):
        with History(tmp_path / job) as file:
            for moment in moments:
                monkeypatch.setattr(time, "time", lambda moment=moment: moment)
                file.append(Outcomes("run", 2, [OutcomeRow("t", "passed", 0.1, "")]))
    with History(tmp_path / "one") as file:
        file.merge(tmp_path / "two")
        assert [point.at for point in file.list_points("t")] == [1000, 2000, 3000]


@pytest.mark.parametrize("made", [1, 2, 3, 4])
def test_a_history_of_an_older_format_is_brought_to_this_one(tmp_path: Path, made: int) -> None:
    with History(tmp_path / "old") as file:
        file.append(Outcomes("run", 2, [OutcomeRow("t", "failed", 0.1, "sig")]))
        file._db.execute("DROP INDEX verdict_by_test")
        if made < 4:
            file._db.execute("DROP TABLE notice")
        for column in ("revision", "branch", "job") if made < 4 else ():
            file._db.execute(f"ALTER TABLE batch DROP COLUMN {column}")
        for column in ("load_average", "steal", "own", "others") if made < 3 else ():
            file._db.execute(f"ALTER TABLE outcome DROP COLUMN {column}")
        for table in ("batch", "verdict") if made == 1 else ():
            file._db.execute(f"ALTER TABLE {table} DROP COLUMN uid")
        file._db.execute(f"PRAGMA user_version = {made}")
    with History(tmp_path / "new") as file:
        assert file.merge(tmp_path / "old") == 1
        assert [point.failures for point in file.list_points("t")] == [1]


def test_healed_since_the_first_of_the_last_healed_verdicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with History(tmp_path / "h.db") as file:
        for day, verdict in enumerate(["healed", "load-only", "healed", "healed"]):
            monkeypatch.setattr(time, "time", lambda day=day: 86_400 * (20_000 + day))
            file.append_verdict("t", verdict, "{}")
        since = file.find_healed_since("t")
        assert since is not None
        assert since.toordinal() == 719_163 + 20_002


@pytest.mark.parametrize("content", [b"not a database, but long enough to be taken for one" * 30])
def test_what_is_no_history_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "h.db").write_bytes(content)
    with pytest.raises(QuarantineError, match="not a usable history"):
        History(tmp_path / "h.db")


def test_a_newer_format_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(history, "VERSION", 99)
        History(tmp_path / "h.db").close()
    with pytest.raises(QuarantineError, match="newer"):
        History(tmp_path / "h.db")


def test_the_report_is_one_page_without_network(tmp_path: Path) -> None:
    details = '{"suspects": [{"nodeid": "a.py::other", "p": 0.001}]}'
    with History(tmp_path / "h.db") as file:
        for failures in range(3):
            rows = [OutcomeRow("a.py::test_<x>", "failed" if n < failures else "passed", 0.1, "sig") for n in range(10)]
            file.append(Outcomes("load", 8, rows))
        file.append_verdict("a.py::test_<x>", "load-only", details)
        write_report(tmp_path / "r.html", file, Register(tmp_path / "q.toml"), dt.date.today())
    page = (tmp_path / "r.html").read_text()
    low, high = wilson_interval(3, 30)
    assert f"3/30 together with others ({100 * low:.1f}-{100 * high:.1f} %)" in page
    assert "test_<wbr>&lt;x&gt;" in page
    assert "fails while a.py::other runs" in page
    assert "prefers-color-scheme: dark" in page
    assert not any(word in page for word in ("http", "src=", "url(", "<link", "@import"))


GITHUB = {"GITHUB_SHA": "abc", "GITHUB_HEAD_REF": "topic", "GITHUB_REF_NAME": "7/merge", "GITHUB_JOB": "tests"}
GITLAB = {"CI_COMMIT_SHA": "abc", "CI_COMMIT_REF_NAME": "topic", "CI_JOB_NAME": "tests"}
BUILDKITE = {"BUILDKITE_COMMIT": "abc", "BUILDKITE_BRANCH": "topic", "BUILDKITE_LABEL": "tests"}


@pytest.mark.parametrize("environ", [GITHUB, GITLAB, BUILDKITE], ids=["github", "gitlab", "buildkite"])
def test_a_job_is_known_by_commit_branch_and_name(environ: dict[str, str]) -> None:
    assert read_ci_job(environ) == ("abc", "topic", "tests")
    assert read_ci_job({}) == ("", "", "")


def test_where_a_test_failed_first_and_last_is_kept_and_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (*COMMITS, *BRANCHES, *JOBS):
        monkeypatch.delenv(name, raising=False)
    for day, outcome in enumerate(["passed", "failed", "failed", "failed", "passed"]):
        monkeypatch.setattr(time, "time", lambda day=day: 86_400 * day)
        monkeypatch.setenv("CI_COMMIT_SHA", f"commit-{day}")
        monkeypatch.setenv("CI_JOB_NAME", "linux")
        with History(tmp_path / "job.db") as file:
            file.append(Outcomes("run", 2, [OutcomeRow("t", outcome, 0.1, "")]))
    with History(tmp_path / "all.db") as file:
        file.merge(tmp_path / "job.db")
        found = [(one.at // 86_400, one.job.commit) for one in file.find_failing_batches("t")]
        assert found == [(1, "commit-1"), (3, "commit-3")]
        assert file.find_failing_batches("other") == []
    register = tmp_path / "q.toml"
    register.touch()
    assert run(["explain", "t", "--register", str(register), "--history", str(tmp_path / "all.db")]) == 0
    assert "  failed first 1970-01-02T00:00:00+00:00 commit-1 linux\n" in capsys.readouterr().out


def test_pruning_removes_old_batches_and_keeps_the_last_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "h.db"
    for day, name in enumerate(["old", "both", "both"]):
        monkeypatch.setattr(time, "time", lambda day=day: 86_400 * (20_000 + day * 100))
        with History(path) as file:
            file.append(Outcomes("run", 2, [OutcomeRow(name, "failed", 0.1, "")]))
            file.append_verdict(name, f"verdict-{day}", "{}")
    assert run(["prune", "--history", str(path), "--days", "50"]) == 0
    assert capsys.readouterr().out == f"{path}: 2 batches removed\n"
    with History(path) as file:
        assert [row.verdict for row in file.list_verdicts()] == ["verdict-0", "verdict-2"]
        assert len(file.list_points("both")) == 1
        assert file.list_points("old") == []
    assert run(["prune", "--history", str(path), "--days", "0"]) == 4
    assert run(["prune", "--history", str(tmp_path / "none.db")]) == 4


def test_pruning_keeps_the_verdict_that_is_the_last_one_by_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, at in (("older.db", 1000), ("all.db", 2000)):
        monkeypatch.setattr(time, "time", lambda at=at: at)
        with History(tmp_path / name) as file:
            file.append_verdict("t", f"verdict-{at}", "{}")
    with History(tmp_path / "all.db") as file:
        file.merge(tmp_path / "older.db")
        file.prune(3000)
        assert [row.verdict for row in file.list_verdicts("t")] == ["verdict-2000"]


@pytest.mark.parametrize("days", [1, 13, 30])
def test_pruning_keeps_since_when_a_test_is_healed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    with History(tmp_path / "h.db") as file:
        for day, verdict in enumerate(["healed", "load-only", *["healed"] * 20]):
            monkeypatch.setattr(time, "time", lambda day=day: 86_400 * (20_000 + day))
            file.append_verdict("t", verdict, "{}")
            file.append_verdict("other", "undecided", "{}")
        before = file.find_healed_since("t")
        file.prune(86_400 * (20_000 + day - days))
        assert file.find_healed_since("t") == before is not None
        assert file.find_healed_since("other") is None
        assert len(file.list_verdicts("t")) == (22 if days > 20 else days + 2)


def test_a_full_disk_is_an_error_with_a_hint_and_leaves_the_history_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, tests in (("all.db", 1), ("job.db", 2000)):
        with History(tmp_path / name) as file:
            file.append(Outcomes("run", 2, [OutcomeRow(f"{name}::{n}", "failed", 0.1, "") for n in range(tests)]))
    prepare = History._prepare

    def prepare_without_space(self: History) -> None:
        prepare(self)
        self._db.execute("PRAGMA max_page_count = 1")  # as large as it is

    monkeypatch.setattr(History, "_prepare", prepare_without_space)
    assert run(["merge", str(tmp_path / "job.db"), "--history", str(tmp_path / "all.db")]) == 4
    assert "full; free some space on its disk" in capsys.readouterr().err
    with History(tmp_path / "all.db") as file:
        assert file.list_tests() == ["all.db::0"]
