"""The command `flake-quarantine`."""

from __future__ import annotations

import signal
import sys

from flake_quarantine.constants import NEEDS_POSIX, is_posix


def main() -> int:
    """Run the command line and return the exit status."""
    if not is_posix():
        print(NEEDS_POSIX, file=sys.stderr)
        return 4
    from flake_quarantine.cli.main import run

    for number in (signal.SIGHUP, signal.SIGTERM):
        # A parent that starts it with a signal ignored, such as nohup, wants it so.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _exit)
    return run(sys.argv[1:])


def _exit(number: int, _frame: object) -> None:
    """Leave as at Ctrl-C, so that the pytest processes it started end too."""
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
