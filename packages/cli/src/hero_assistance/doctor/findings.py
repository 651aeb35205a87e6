"""What a check says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """What one check found, and what to do about it."""

    check: str
    verdict: Verdict
    detail: str
    hint: str = ""


def find_worst(findings: Sequence[Finding]) -> Verdict:
    """The verdict over all of them."""
    found = {finding.verdict for finding in findings}
    return next((verdict for verdict in (Verdict.FAULT, Verdict.WARNING) if verdict in found), Verdict.OK)
