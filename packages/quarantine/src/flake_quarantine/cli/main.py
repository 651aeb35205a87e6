"""From the words of a command line to a command and its exit status."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from collections.abc import Sequence

from flake_quarantine.cli import arguments, campaign_commands, check_commands, history_commands, register_commands
from flake_quarantine.cli.invocation import Invocation
from flake_quarantine.errors import QuarantineError

USAGE_ERROR = 4  # as pytest's
INTERRUPTED = 130
HANDLERS = {
    "measure": campaign_commands.measure,
    "hunt": campaign_commands.hunt,
    "bisect": campaign_commands.bisect,
    "list": register_commands.list_entries,
    "add": register_commands.add,
    "release": register_commands.release,
    "check": check_commands.check,
    "remind": check_commands.remind,
    "report": history_commands.report,
    "merge": history_commands.merge,
    "import": history_commands.import_junit,
    "prune": history_commands.prune,
    "explain": history_commands.explain,
}


def run(words: Sequence[str]) -> int:
    """Run one command; 0: fine, 1: a verdict that fails a build, 4: a caller's mistake, 130: Ctrl-C."""
    at = words.index("--") if "--" in words else len(words)
    try:
        options = arguments.make_parser(HANDLERS).parse_args(words[:at])
        with contextlib.closing(Invocation(options, tuple(words[at + 1 :]))) as invocation:
            return int(options.handler(invocation))
    except QuarantineError as error:
        print(f"flake-quarantine: {error}", file=sys.stderr)
        return USAGE_ERROR
    except sqlite3.OperationalError as error:
        hint = "free some space on its disk, or wait until no other program holds it"
        print(f"flake-quarantine: the history cannot be written: {error}; {hint}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
