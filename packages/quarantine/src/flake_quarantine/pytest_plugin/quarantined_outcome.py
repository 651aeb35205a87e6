"""The outcome `quarantined`: a failure that is reported and does not fail the run."""

from __future__ import annotations

import pytest

QUARANTINED = "quarantined"
PROPERTY = "flake_quarantine"  # the name of the JUnit property of such a test


def mark_quarantined(report: pytest.TestReport) -> None:
    """Turn a failed report into a quarantined one."""
    report.outcome = QUARANTINED  # type: ignore[assignment]
    report.user_properties.append((PROPERTY, QUARANTINED))
