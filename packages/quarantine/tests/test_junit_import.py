"""Outcomes of runs without the plugin, from the JUnit XML that they wrote."""

from __future__ import annotations

import datetime as dt
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.cli import junit_import
from flake_quarantine.cli.html_report import write_report
from flake_quarantine.cli.junit_import import JunitReader
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History, OutcomeRow, Outcomes
from flake_quarantine.register import Register

SECONDS = 10  # of the processor; a second is enough
SUITE = """
import pytest
class TestAll:
    @pytest.mark.parametrize("n", ["a.b", "c d"])
    def test_one(self, n): assert n == "a.b", "one"
@pytest.fixture
def setup(): raise OSError("setup failed 5")
@pytest.fixture
def teardown():
    yield
    raise OSError("teardown failed")
def test_setup(setup): pass
def test_teardown(teardown): pass
def test_both(teardown): assert 0
@pytest.mark.skip
def test_skipped(): pass
"""


@pytest.fixture
def imported(project: Any) -> Any:
    """A project, and the same run of it in a history that the plugin wrote and in JUnit XML without the plugin."""
    project.write("tests/deep/test_a.py", SUITE)
    assert project.pytest("--quarantine-history=own.db", "-p", "no:xdist").returncode == 1
    assert project.pytest("-p", "no:flake_quarantine", "--junitxml=j.xml").returncode == 1
    return project


def list_outcomes(project: Any, name: str) -> list[tuple[str, str, str]]:
    """Return the tests of a history with outcome and signature."""
    with sqlite3.connect(project.folder / name) as db:
        return db.execute(
            "SELECT nodeid, outcome, signature FROM outcome JOIN test ON test.id = outcome.test ORDER BY 1"
        ).fetchall()


def test_a_run_without_the_plugin_has_the_outcomes_of_one_with_it(imported: Any) -> None:
    for batches in (1, 0):  # a file that was read before adds nothing
        found = imported.json("import", "j.xml", "--history", "h.db")
        assert found == {"history": "h.db", "files": {"j.xml": {"batches": batches, "unknown": 0}}}
    assert len(list_outcomes(imported, "own.db")) == 6
    assert list_outcomes(imported, "h.db") == list_outcomes(imported, "own.db")


def write_cases(folder: Path, cases: str, attributes: str = "") -> Path:
    """Write a file with these cases, next to a test file."""
    (folder / "test_a.py").touch()
    path = folder / "j.xml"
    path.write_text(
        f"<?xml version='1.0' encoding='utf-8'?><testsuites><testsuite {attributes}>{cases}</testsuite></testsuites>"
    )
    return path


def test_a_test_that_passed_when_it_was_repeated_failed_once_and_passed_once(tmp_path: Path) -> None:
    cases = "<testcase classname='test_a' name='test_x' time='bad'><flakyFailure message='boom 7'/></testcase>"
    (batch,) = JunitReader(tmp_path).read(write_cases(tmp_path, cases)).batches
    assert [(row.nodeid, row.outcome, row.signature) for row in batch.rows] == [
        ("test_a.py::test_x", "failed", "test_a.py call: boom N"),
        ("test_a.py::test_x", "passed", ""),
    ]


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2030-01-31T12:00:00", dt.datetime(2030, 1, 31, 12, tzinfo=dt.UTC)),
        ("2030-01-31T12:00:00+02:00", dt.datetime(2030, 1, 31, 10, tzinfo=dt.UTC)),
        ("yesterday", None),
    ],
)
def test_a_batch_has_the_time_of_its_suite(tmp_path: Path, written: str, moment: dt.datetime | None) -> None:
    path = write_cases(tmp_path, "<testcase classname='test_a' name='test_x'/>", f"timestamp='{written}'")
    (batch,) = JunitReader(tmp_path).read(path).batches
    assert batch.at == (None if moment is None else int(moment.timestamp()))


def test_cases_of_other_projects_are_counted_and_a_prefix_is_taken_off(tmp_path: Path) -> None:
    cases = "<testcase classname='linux.test_a' name='x'/><testcase classname='org.Other' name='y'/>"
    path = write_cases(tmp_path, cases)
    with pytest.raises(QuarantineError, match=r"no test of .* is in it"):
        JunitReader(tmp_path).read(path)
    found = JunitReader(tmp_path, "linux").read(path)
    assert [row.nodeid for row in found.batches[0].rows] == ["test_a.py::x"]
    assert found.unknown == ["org.Other.y"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no xml",
        b"\xff\xfe\x00",
        b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>',
        b'<?xml version="1.0"?> <?a b?> <!-- <testsuite> --> <!DOCTYPE a [<!ENTITY b "c">]><testsuite name="&b;"/>',
        b'<!-- a --><!-- b <!DOCTYPE a [<!ENTITY b "c">]><testsuite name="&b;"/>',
        b'<testsuite/><!DOCTYPE a [<!ENTITY b "c">]>',
        b"<testsuite><testcase></testsuite>",
    ],
)
def test_what_is_no_junit_xml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "j.xml").write_bytes(content)
    with pytest.raises(QuarantineError, match="not a JUnit XML file"):
        JunitReader(tmp_path).read(tmp_path / "j.xml")
    with pytest.raises(QuarantineError, match="not a JUnit XML file"):
        JunitReader(tmp_path).read(tmp_path / "gone.xml")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit_import, "MAX_BYTES", 1000)
    (tmp_path / "j.xml").write_text(f"<testsuite>{'.' * 1000}</testsuite>")
    with pytest.raises(QuarantineError, match="larger than"):
        JunitReader(tmp_path).read(tmp_path / "j.xml")
    with pytest.raises(QuarantineError, match="larger than"):
        JunitReader(tmp_path).read(Path("/dev/zero"))


def test_a_file_of_many_suites_is_read_in_a_time_that_grows_with_it(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").touch()
    # The output makes the file large; a digest of all of it for each suite would be one of 60 GB.
    suites = "<testsuite><testcase classname='test_a' name='x'/></testsuite>" * 20_000
    path = tmp_path / "j.xml"
    path.write_text(f"<testsuites><system-out>{'.' * 2_000_000}</system-out>{suites}</testsuites>")
    before = time.process_time()
    batches = JunitReader(tmp_path).read(path).batches
    assert time.process_time() - before < SECONDS
    assert len({batch.uid for batch in batches}) == len(batches) == 20_000


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "1e999"])
def test_what_is_no_time_is_written_as_none(tmp_path: Path, seconds: str) -> None:
    path = write_cases(tmp_path, f"<testcase classname='test_a' name='x' time='{seconds}'/>")
    (batch,) = JunitReader(tmp_path).read(path).batches
    with History(tmp_path / "h.db") as history:
        assert history.append(batch)
        assert history.list_seconds() == {"test_a.py::x": 0.0}


@pytest.mark.parametrize("written", ["9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00"])
def test_a_time_that_cannot_be_moves_no_other_batch_and_can_be_shown(tmp_path: Path, written: str) -> None:
    path = write_cases(
        tmp_path, "<testcase classname='test_a' name='x'><failure/></testcase>", f"timestamp='{written}'"
    )
    (batch,) = JunitReader(tmp_path).read(path).batches
    with History(tmp_path / "h.db") as history:
        history.append(batch)
        history.append(Outcomes("run", 2, [OutcomeRow("test_a.py::y", "passed", 0.1, "")]))
        assert history.list_points("test_a.py::y")[0].at <= time.time()
        write_report(tmp_path / "r.html", history, Register(tmp_path / "q.toml"), dt.date.today())


def test_a_page_of_html_in_the_output_is_no_document_type(tmp_path: Path) -> None:
    output = "<system-out><![CDATA[<!DOCTYPE html><p>]]></system-out>"
    path = write_cases(tmp_path, f"<testcase classname='test_a' name='x'>{output}</testcase>")
    assert len(JunitReader(tmp_path).read(path).batches) == 1


@pytest.mark.parametrize("classes", ["a" * 300, "test_a." * 2000 + "x" * 300, "{outside}", "..{outside}", ""])
def test_a_class_that_is_no_file_of_the_project_is_unknown(tmp_path: Path, classes: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "other.py").touch()
    outside = str(tmp_path / "other")
    cases = f"<testcase classname='{classes.format(outside=outside)}' name='x'/><testcase classname='test_a' name='y'/>"
    (batch,) = (found := JunitReader(root).read(write_cases(root, cases))).batches
    nodeids = [row.nodeid.partition("::")[0] for row in batch.rows]
    assert set(nodeids) == {"test_a.py"}
    assert len(found.unknown) == 2 - len(nodeids)
