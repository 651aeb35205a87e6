"""Where the errors that end a program become a line on standard error and an exit status."""

from __future__ import annotations

import sys

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.os_errors import explain, is_missing_part


def report_failure(program: str, error: Exception) -> int:
    """Print an expected error with its hint, and return the exit status; raises any other error again.

    An error of the operating system is expected, but for that of a missing file of the program itself: the start of an
    installed program mends that. So is a group of such errors, as a `TaskGroup` raises it.
    """
    expected = find_expected(error)
    if expected is None:
        raise error
    from hero_assistance_sdk.rpc.errors import exit_status

    print(f"{program}: {expected}", file=sys.stderr)
    return exit_status(expected)


def find_expected(error: BaseException) -> HeroError | None:
    """The error to report, `None` for a defect; of a group, the first one if none of them is a defect."""
    if isinstance(error, BaseExceptionGroup):
        found = [find_expected(one) for one in error.exceptions]
        return found[0] if all(found) else None
    if isinstance(error, OSError) and error.errno is not None and not is_missing_part(error):
        return explain(error)
    return error if isinstance(error, HeroError) else None
