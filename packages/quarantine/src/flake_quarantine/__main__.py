"""The command `flake-quarantine`."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Run the command line and return the exit status."""
    from flake_quarantine.cli.campaign_commands import run

    for number in (signal.SIGHUP, signal.SIGTERM):
        # Whoever starts it with a signal ignored, such as nohup, wants it so.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _ended)
    return run(sys.argv[1:])


def _ended(number: int, _frame: object) -> None:
    """Leave as at Ctrl-C, so that no run of tests goes on without anybody who waits for it."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
