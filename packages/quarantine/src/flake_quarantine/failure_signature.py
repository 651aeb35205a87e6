"""The signature of a failure: place and message without what changes from run to run."""

from __future__ import annotations

import re
from pathlib import PurePath

import pytest

from flake_quarantine.node_ids import extract_path

MAX_LENGTH = 160
CHANGING = (
    (re.compile(r"0x[0-9a-fA-F]+"), "0x…"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "UUID"),
    (re.compile(r"(?:/[\w.@+-]+){2,}"), "PATH"),
    # A number with decimals is most often a time, which says something about the cause.
    (re.compile(r"\d+\.\d+(?:e[+-]?\d+)?|\d+e-\d+"), "N.N"),
    (re.compile(r"\d+"), "N"),
)


def make_signature(path: str, message: str, phase: str) -> str:
    """Return a line that is equal for failures of the same cause, such as `test_a.py call: OSError: [Errno N]`."""
    line = next((line.strip() for line in message.splitlines() if line.strip()), "no message")
    for pattern, word in CHANGING:
        line = pattern.sub(word, line)
    return f"{PurePath(path).name} {phase}: {line}"[:MAX_LENGTH]


def sign_report(report: pytest.TestReport) -> str:
    """Return the signature of a failed report."""
    crash = getattr(report.longrepr, "reprcrash", None)
    message = crash.message if crash is not None else str(report.longrepr)
    return make_signature(extract_path(report.nodeid), message, str(report.when))
