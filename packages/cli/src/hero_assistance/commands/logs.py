"""`logs`: what actions wrote."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Any

import click

from hero_assistance.light_commands.everyday import show_logs

_AGE = re.compile(r"(\d{1,9})([smhd])", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_ALL = "all"


class PointInTime(click.ParamType[int]):
    """A point in time, in milliseconds UTC: how long ago, or an ISO date with or without a time of day."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The milliseconds UTC that a word means."""
        age = _AGE.fullmatch(value)
        if age:
            return max(0, int((time.time() - int(age[1]) * _UNITS_S[age[2]]) * 1000))
        try:
            # Without an offset it is a time of this machine's zone.
            return max(0, int(datetime.fromisoformat(value).timestamp() * 1000))
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is neither an age such as 30s, 10m, 2h or 3d, nor an ISO time", param, ctx)


class Attempt(click.ParamType[int | None]):
    """The number of a start of an action; `None` for all of them."""

    name = "attempt"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number that a word means."""
        if value == _ALL:
            return None
        if not _NUMBER.fullmatch(value):
            self.fail(f"{value!r} is neither a number nor {_ALL!r}", param, ctx)
        return int(value)


def _complete_action(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    from hero_assistance.log_reader import NAMES

    return [name for name in NAMES if name.startswith(incomplete)]


@click.command("logs")
@click.argument("action", required=False, shell_complete=_complete_action)
@click.option("--lines", "-n", type=click.IntRange(0), help="How many of the last lines: 100, or all with --since.")
@click.option("--since", type=PointInTime(), help="Only what came since: 30s, 10m, 2h, 3d ago, or an ISO time.")
@click.option("--attempt", type=Attempt(), default=_ALL, metavar="N|all", help="Only what start N of ACTION wrote.")
@click.option("--follow", "-f", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print an object a line, with the number of its attempt.")
def logs_command(
    action: str | None, *, lines: int | None, since: int | None, attempt: int | None, follow: bool, as_json: bool
) -> None:
    """Show the log of ACTION, or of every action.

    What came since a time is found to the second, and to a thousandth of how long ago that is.
    """
    from hero_assistance.log_reader import Choice

    if attempt is not None and action is None:
        raise click.UsageError("--attempt wants an ACTION: each counts its own")
    show_logs(action, Choice(lines=lines, since_ms=since, run=attempt), follow=follow, as_json=as_json)
