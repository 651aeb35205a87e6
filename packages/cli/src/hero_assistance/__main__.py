"""The start of `hero_assistance`; `--version` is answered before anything else is imported."""

from __future__ import annotations

import sys

from hero_assistance_sdk.release import answer_version

PROGRAM = "hero_assistance"


def main() -> int:
    """Run the command line and return the exit status."""
    if answer_version(PROGRAM):
        return 0
    from hero_assistance.commands.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
