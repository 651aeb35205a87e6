"""The mark of a quarantined failure: it stays a failure for all other plugins, and does not fail the run."""

from __future__ import annotations

import pytest

QUARANTINED = "quarantined"
PROPERTY = "flake_quarantine"  # the name of the JUnit property of such a test
MARK = "flake_quarantine_outcome"  # an attribute, which xdist sends along with the report


def mark_quarantined(report: pytest.TestReport) -> None:
    """Mark a failed report as that of a quarantined test."""
    report.__dict__[MARK] = QUARANTINED
    report.user_properties.append((PROPERTY, QUARANTINED))


def is_quarantined(report: pytest.TestReport) -> bool:
    """Tell whether the report is a quarantined failure."""
    return MARK in report.__dict__ and report.failed
