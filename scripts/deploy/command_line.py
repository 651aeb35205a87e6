"""The arguments of `nox -s deploy`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from scripts.build.workspace import REPOSITORY

ACTIONS = ("deploy", "rollback", "status", "doctor")
_DIST = REPOSITORY / "dist"


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments; ends the program with a message when they are wrong."""
    parser = argparse.ArgumentParser(
        prog="nox -s deploy --", description="Bring a release to the boxes of a fleet over ssh, or look after it there."
    )
    parser.add_argument("inventory", help="as pyinfra reads it: a file (see deploy/), or host names split by commas")
    parser.add_argument("action", nargs="?", choices=ACTIONS, default="deploy", help="[default: deploy]")
    parser.add_argument("--canary", metavar="BOX", help="the box that is first, alone [default: the first by name]")
    parser.add_argument(
        "--batch", metavar="N", type=_parse_count, default=1, help="boxes at once after it [default: 1]"
    )
    parser.add_argument(
        "--build",
        metavar="FOLDER",
        type=Path,
        action="append",
        help="what to deploy, once for each platform and Python [default: dist/, built before]",
    )
    parser.add_argument(
        "--release",
        metavar="RELEASE",
        action="append",
        help="what to roll back to, once for each platform and Python [default: what was live before]",
    )
    parser.add_argument("--json", action="store_true", dest="as_json", help="print JSON instead of the table")
    return parser.parse_args(arguments)


def needs_build(arguments: Sequence[str]) -> bool:
    """Whether these arguments deploy what `nox -s build` makes."""
    if {"-h", "--help"} & set(arguments):
        return False
    parsed = parse_arguments(arguments)
    return parsed.action == "deploy" and parsed.build is None


def find_builds(parsed: argparse.Namespace) -> list[Path]:
    """The folders of the builds that the arguments mean."""
    return parsed.build or [_DIST]


def _parse_count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count
