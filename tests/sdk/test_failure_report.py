"""What ends a program: a line and an exit status for what is expected, the error itself for a defect."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

import hero_assistance_sdk
from hero_assistance_sdk.errors import HeroError, UsageError
from hero_assistance_sdk.failure_report import report_failure

EXPECTED: dict[str, tuple[Exception, int, str]] = {
    "ours": (UsageError("wrong", hint="right"), 2, "desk: wrong\n  hint: right\n"),
    "the system's": (
        OSError(errno.ENOSPC, "No space left on device", "/x/y"),
        1,
        "desk: /x/y: No space left on device\n  hint: free some space on this disk\n",
    ),
    "a group": (ExceptionGroup("tasks", [ExceptionGroup("more", [HeroError("inner")])]), 1, "desk: inner\n"),
}
DEFECTS: dict[str, Exception] = {
    "a defect": ValueError("defect"),
    "a group with a defect": ExceptionGroup("tasks", [HeroError("inner"), ValueError("defect")]),
    "an error without a number": OSError("made up"),
    "a missing part": FileNotFoundError(errno.ENOENT, "", str(Path(hero_assistance_sdk.__file__).with_name("gone.py"))),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_what_is_expected_is_a_line(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    error, status, said = EXPECTED[kind]
    assert report_failure("desk", error) == status
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("kind", DEFECTS)
def test_a_defect_keeps_its_traceback(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing part of the program as well: the start of an installed one mends its tree."""
    with pytest.raises(type(DEFECTS[kind])):
        report_failure("desk", DEFECTS[kind])
    assert capsys.readouterr().err == ""
