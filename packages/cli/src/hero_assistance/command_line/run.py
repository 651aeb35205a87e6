"""Running one command line, and where errors become exit statuses."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence

from hero_assistance.light_commands.direct import run_directly
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.help_page import PROGRAM
from hero_assistance.light_commands.standard_streams import discard_output, protect_streams
from hero_assistance_sdk.errors import HeroError

INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Run one command line; errors are printed as one line and a hint, and become the exit status."""
    protect_streams()
    try:
        status = run_directly(arguments)
        if status is None:
            from hero_assistance.command_line.main import run_with_click

            status = run_with_click(arguments)
        sys.stdout.flush()
        return status
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
        discard_output()
        return 1
    except OSError as error:
        from hero_assistance_sdk.os_errors import explain, is_missing_part

        if is_missing_part(error):
            # The start of an installed program mends its tree and begins again.
            raise
        print(f"{PROGRAM}: {explain(error)}", file=sys.stderr)
        if error.errno == errno.ENOSPC:
            # What is still to be printed may be what found no space.
            discard_output()
        return 1
