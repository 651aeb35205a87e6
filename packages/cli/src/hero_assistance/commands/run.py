"""Running one command line, and where errors become exit statuses."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hero_assistance.light_commands.direct import run_directly
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.help_page import PROGRAM
from hero_assistance_sdk.errors import HeroError

INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Run one command line; errors are printed as one line and a hint, and become the exit status."""
    try:
        status = run_directly(arguments)
        if status is not None:
            return status
        from hero_assistance.commands.main import run_with_click

        return run_with_click(arguments)
    except HeroError as error:
        # Only now: the table costs what `--version` takes in all.
        from hero_assistance_sdk.rpc.errors import exit_status

        print(f"{PROGRAM}: {sanitize(str(error))}", file=sys.stderr)
        for line in error.log_lines:
            print(f"  | {sanitize(line)}", file=sys.stderr)
        return exit_status(error)
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output left (`| head`); nothing more can be said to it.
        sys.stderr.close()
        return 1
