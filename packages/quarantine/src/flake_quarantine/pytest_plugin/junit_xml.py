"""Amends pytest's JUnit XML with the elements that Maven Surefire uses for flaky and repeated failures."""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET  # pytest wrote the file in this very process
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from flake_quarantine.pytest_plugin.failed_tests import FailedTest
from flake_quarantine.pytest_plugin.quarantined_outcome import PROPERTY

COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}
ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def amend(config: pytest.Config, failed_tests: Sequence[FailedTest], violated: Collection[str] = ()) -> None:
    """Add the conclusions and the runs alone to the failed tests in the file, if pytest wrote one.

    `violated` are the tests that have a second report, which fails the run.
    """
    written = getattr(config.option, "xmlpath", None)
    if not written or not failed_tests:
        return
    path = Path(os.path.expandvars(written)).expanduser()
    if not path.is_file():
        return
    tree = ET.parse(path)  # noqa: S314
    for suite in tree.iter("testsuite"):
        for failed in failed_tests:
            is_violation = failed.report.nodeid in violated
            _amend_test(suite, failed, config.option.junitprefix, is_violation=is_violation)
        _update_counts(suite)
    tree.write(path, encoding="utf-8", xml_declaration=True)


def _amend_test(suite: ET.Element, failed: FailedTest, prefix: str | None, *, is_violation: bool) -> None:
    classname, name = _make_address(failed.report.nodeid, prefix)
    cases = [case for case in suite.iter("testcase") if (case.get("classname"), case.get("name")) == (classname, name)]
    if failed.entry and not is_violation:
        for case in cases:
            _excuse(case, str(failed.report.longrepr))
        return
    if failed.entry:
        # The report of the violation, the last one, has a case of its own, which says it all.
        for case in cases[:-1]:
            if _is_failed(case):
                suite.remove(case)
        cases = cases[-1:]
    for case in cases:
        if not (failed.alone and _is_failed(case)):  # what was not run again has nothing to add
            continue
        _set_property(case, failed.conclusion)
        for run in failed.alone:
            if run.failed:
                _append(case, "rerunFailure", run.text)


def _make_address(nodeid: str, prefix: str | None) -> tuple[str, str]:
    """Return class name and name as pytest writes them."""
    before, bracket, parameters = nodeid.partition("[")
    names = before.split("::")
    names[0] = re.sub(r"\.py$", "", names[0].replace("/", "."))
    names[-1] += bracket + parameters
    classes = [prefix, *names[:-1]] if prefix else names[:-1]
    return ".".join(classes), ILLEGAL.sub(_escape, names[-1])


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"#x{code:02X}" if code <= 0xFF else f"#x{code:04X}"


def _is_failed(case: ET.Element) -> bool:
    return case.find("failure") is not None or case.find("error") is not None


def _excuse(case: ET.Element, text: str) -> None:
    """Turn the failures of a case into flaky ones, so that the case passes."""
    failures = [*case.findall("failure"), *case.findall("error")]
    for failure in failures:
        case.remove(failure)
        _append(case, "flakyFailure", failure.text or text)


def _append(case: ET.Element, tag: str, text: str) -> None:
    """Append a failure with its last error line as message, and the name of the exception as type."""
    clean = ILLEGAL.sub(_escape, text)
    lines = [line for line in clean.splitlines() if line.strip()]
    message = next((line[1:].strip() for line in lines if line.startswith("E ")), lines[-1] if lines else "")
    kind = re.match(r"[A-Za-z_][\w.]*(?=:|$)", message)
    element = ET.SubElement(case, tag, message=message[:500], type=kind.group() if kind else "failure")
    ET.SubElement(element, "stackTrace").text = clean


def _set_property(case: ET.Element, value: str) -> None:
    properties = case.find("properties")
    if properties is None:
        properties = ET.Element("properties")
        case.insert(0, properties)
    ET.SubElement(properties, "property", name=PROPERTY, value=value)


def _update_counts(suite: ET.Element) -> None:
    cases = list(suite.iter("testcase"))
    for attribute, tag in COUNTED.items():
        suite.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    suite.set("tests", str(len(cases)))
