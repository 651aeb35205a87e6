"""What two failures have in common: the place and the message, without what changes from run to run."""

from __future__ import annotations

import re
from pathlib import PurePath

LONGEST = 160
CHANGING = (
    (re.compile(r"0x[0-9a-fA-F]+"), "0x…"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "UUID"),
    (re.compile(r"(?:/[\w.@+-]+){2,}"), "PATH"),
    (re.compile(r"\d+(?:\.\d+)?"), "N"),
)


def signature_of(path: str, message: str, phase: str) -> str:
    """A line that is equal for failures of the same cause, such as `test_a.py call: OSError: [Errno N] in use`."""
    line = next((line.strip() for line in message.splitlines() if line.strip()), "no message")
    for pattern, word in CHANGING:
        line = pattern.sub(word, line)
    return f"{PurePath(path).name} {phase}: {line}"[:LONGEST]
