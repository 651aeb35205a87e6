"""Reads JUnit XML files of runs without the plugin, as batches of outcomes for the history."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import math
import re
import xml.etree.ElementTree as ET  # a file that declares entities is refused before it is parsed
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flake_quarantine.errors import QuarantineError
from flake_quarantine.failure_signature import make_signature
from flake_quarantine.history import OutcomeRow, Outcomes

FLAKY = ("flakyFailure", "flakyError")  # Maven Surefire's: failures of a test that passed when it was repeated
MEGABYTE = 1_000_000
MAX_BYTES = 200 * MEGABYTE  # parsing takes some ten times as much memory
PHASE = re.compile(r'failed on (setup|teardown) with "(.*)"?', re.DOTALL)  # how pytest writes an error
PROLOG = re.compile(r"(?:\s|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)  # blanks, instructions and comments
WORST = ("skipped", "passed", "failed")  # pytest writes a case for the test, and another one if its teardown fails


@dataclass
class ImportedFile:
    """What one file holds: a batch for each of its suites, and the cases of which no test is known."""

    batches: list[Outcomes] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


class JunitReader:
    """Reads files whose tests are below `root`; `prefix` is what the runs had as `--junit-prefix`."""

    def __init__(self, root: Path, prefix: str = "") -> None:
        self.root, self.prefix = root, prefix
        self._files: dict[str, tuple[str, ...]] = {}

    def read(self, path: Path) -> ImportedFile:
        """Read one file; raises QuarantineError if it is none, or holds no test of this project."""
        try:
            data = _read_bytes(path)
            suites = list(_parse(data.decode("utf-8-sig")).iter("testsuite"))
        except (OSError, UnicodeDecodeError, ET.ParseError) as error:
            raise QuarantineError(f"{path}: not a JUnit XML file: {error}") from error
        found, digest = ImportedFile(), hashlib.sha256(data)
        for number, suite in enumerate(suites):
            rows = list(self._read_suite(suite, found))
            if rows:
                one = digest.copy()  # a file may have as many suites as tests, and is read once all the same
                one.update(str(number).encode())
                found.batches.append(Outcomes("run", 0, rows, uid=one.hexdigest()[:16], at=_read_time(suite)))
        if not found.batches:
            raise QuarantineError(f"{path}: no test of {self.root} is in it; --prefix names a prefix of its classes")
        return found

    def _read_suite(self, suite: ET.Element, found: ImportedFile) -> Iterator[OutcomeRow]:
        rows: dict[str, OutcomeRow] = {}
        for case in suite.findall("testcase"):
            nodeid = self._find_nodeid(case)
            if nodeid is None:
                found.unknown.append(f"{case.get('classname', '')}.{case.get('name', '')}")
                continue
            yield from (_make_row(nodeid, "failed", case, flaky) for tag in FLAKY for flaky in case.findall(tag))
            row, before = _read_case(nodeid, case), rows.get(nodeid)
            if before is not None:
                worst = max(row, before, key=lambda one: WORST.index(one.outcome))
                row = worst._replace(seconds=before.seconds + row.seconds)
            rows[nodeid] = row
        yield from rows.values()

    def _find_nodeid(self, case: ET.Element) -> str | None:
        """Return the node id; None if there is no such file. Its class may be the path of a file and a class in it."""
        name, classes = case.get("name", ""), case.get("classname", "")
        if self.prefix:
            classes = classes.removeprefix(self.prefix).lstrip(".")
        if classes not in self._files:
            self._files[classes] = self._split(classes.split("."))
        names = self._files[classes]
        return "::".join((*names, name)) if names and name else None

    def _split(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the longest path of a file that the words begin with, and the other words."""
        found, folder = tuple[str, ...](), self.root
        with contextlib.suppress(OSError):  # a word that is no name of a file, but too long for one
            for end, word in enumerate(words, 1):
                if not word or word.startswith("/"):  # it leads out of the root folder
                    break
                if (folder / f"{word}.py").is_file():
                    found = ("/".join(words[:end]) + ".py", *words[end:])
                folder /= word
                if not folder.is_dir():
                    break
        return found


def _read_bytes(path: Path) -> bytes:
    """Return what the file holds; raises QuarantineError if that is too much, also of a pipe."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise QuarantineError(
            f"{path}: larger than {MAX_BYTES // MEGABYTE} MB: have pytest leave out the output"
            " of tests that passed (junit_log_passing_tests = false)"
        )
    return data


def _parse(text: str) -> ET.Element:
    """Parse a file that another program wrote; its entities could grow without end, and JUnit XML needs none.

    Only what stands before the root element can declare them: the output of a test may hold a page of HTML.
    """
    prolog = PROLOG.match(text)
    if text.startswith("<!", prolog.end() if prolog else 0):
        raise ET.ParseError("it declares a document type")
    return ET.fromstring(text)  # noqa: S314


def _read_case(nodeid: str, case: ET.Element) -> OutcomeRow:
    failure = case.find("failure")
    failure = case.find("error") if failure is None else failure
    if failure is not None:
        return _make_row(nodeid, "failed", case, failure)
    return _make_row(nodeid, "passed" if case.find("skipped") is None else "skipped", case)


def _make_row(nodeid: str, outcome: str, case: ET.Element, failure: ET.Element | None = None) -> OutcomeRow:
    """Return the outcome, with the signature that the plugin would have written."""
    signature = ""
    if failure is not None:
        message = failure.get("message") or failure.text or ""
        phase = PHASE.match(message)
        text = phase[2].removesuffix('"') if phase else message
        signature = make_signature(nodeid.split("::")[0], text, phase[1] if phase else "call")
    return OutcomeRow(nodeid, outcome, _read_seconds(case), signature)


def _read_seconds(case: ET.Element) -> float:
    """Return how long the case lasted; 0 where that is not said, or is no time, such as `nan`."""
    try:
        seconds = float(case.get("time") or 0)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < math.inf else 0.0


def _read_time(suite: ET.Element) -> int | None:
    """Return when the suite was run, in UTC seconds; a time without a zone is taken for UTC."""
    try:
        moment = dt.datetime.fromisoformat(suite.get("timestamp", ""))
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp())
