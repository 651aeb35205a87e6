"""Runs the command of the user's choice that files an issue of a test, or updates it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, replace
from typing import NamedTuple

from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History
from flake_quarantine.runner.child_process import kill_group

COMMAND_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What an issue is to tell: an event of a test, whose issue is known or not."""

    event: str  # such as `expired`
    nodeid: str
    owner: str
    issue: str  # the link; empty if there is none yet
    title: str
    text: str  # Markdown

    @property
    def variables(self) -> dict[str, str]:
        """What the command finds in its environment."""
        names = ("event", "nodeid", "owner", "issue", "title")
        return {f"QUARANTINE_{name.upper()}": str(getattr(self, name)) for name in names}


class Answer(NamedTuple):
    """The link to the issue, and whether the command was run: what the history knows is not told again."""

    issue: str
    is_new: bool


def give_notice(command: str, notice: Notice, history: History | None, *, key: str, needs_link: bool = False) -> Answer:
    """Hand a notice to the command, unless the history has it already.

    `key` is what makes two notices the same. A link that an earlier notice of the test got is handed over again. What
    must have a link and got none is an error, and is not taken for told.
    """
    told = history.list_notices(notice.nodeid) if history else []
    known = notice.issue or next((row.issue for row in reversed(told) if row.issue), "")
    if any(row.event == key for row in told) and (known or not needs_link):
        return Answer(known, is_new=False)
    link = run_issue_command(command, replace(notice, issue=known))
    if needs_link and not link:
        raise QuarantineError("the command of --issue-command printed no link, and --issue names none")
    if history:
        history.append_notice(notice.nodeid, key, link)
    return Answer(link, is_new=True)


def run_issue_command(command: str, notice: Notice) -> str:
    """Run the command in a shell, with the text on its standard input.

    Returns the last line that it prints, or the link that was known if it prints nothing. Raises QuarantineError.
    """
    try:
        child = subprocess.Popen(  # noqa: S602 - a shell is what the user asks for
            command,
            shell=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **notice.variables},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # a text that no variable can hold: it is too long, or has a NUL
        raise QuarantineError(f"{command}: it cannot be started for {notice.nodeid!r}: {error}") from error
    with child:
        try:
            output, errors = child.communicate(notice.text, timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            raise QuarantineError(f"{command}: it did not end within {COMMAND_SECONDS:.0f} s") from None
        finally:
            if child.returncode is None:  # what the shell started would otherwise file its issue later
                kill_group(child)
    if child.returncode:
        raise QuarantineError(f"{command}: exit status {child.returncode}\n{errors[-2000:]}")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else notice.issue
