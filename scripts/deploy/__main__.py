"""Deploys to a fleet, or looks after one: `./buildenv.sh nox -s deploy -- --help` says how."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from hero_assistance.light_commands.output import print_error
from hero_assistance.releases.target import running_target
from hero_assistance_sdk.errors import HeroError
from scripts.deploy.box import HEALTHY
from scripts.deploy.build import read_all
from scripts.deploy.command_line import find_builds, parse_arguments
from scripts.deploy.fleet import open_fleet
from scripts.deploy.outcomes import BAD, BoxResult, print_findings, print_results
from scripts.deploy.rollout import deploy, look, roll_back


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; 0 when every box is as it was asked for, else 1."""
    parsed = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(parsed)
    except HeroError as error:
        if parsed.as_json:
            print_error(error)
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: boxes finish what they have begun; run it again, or see `status`", file=sys.stderr)
        return 130


def _run(parsed: argparse.Namespace) -> int:
    if parsed.action == "deploy":
        builds = read_all(find_builds(parsed))
        fleet = open_fleet(parsed.inventory, ",".join(build.target.executable for build in builds))
        results = deploy(fleet, builds, canary=parsed.canary, batch=parsed.batch, report=_report)
        print_results("deploy", [build.release for build in builds], results, as_json=parsed.as_json)
        return int(any(result.outcome in BAD for result in results))
    fleet = open_fleet(parsed.inventory, running_target().executable)
    if parsed.action == "rollback":
        results = roll_back(fleet, parsed.release or [], canary=parsed.canary, batch=parsed.batch, report=_report)
        print_results("rollback", parsed.release or [], results, as_json=parsed.as_json)
        return int(any(result.outcome in BAD for result in results))
    results = look(fleet, doctor=parsed.action == "doctor")
    print_results(parsed.action, [], results, as_json=parsed.as_json)
    if not parsed.as_json:
        print_findings(results)
    return int(any(_is_bad(result) for result in results))


def _is_bad(result: BoxResult) -> bool:
    """Whether somebody has to look at a box."""
    return result.box.state != HEALTHY or any(finding["verdict"] == "fault" for finding in result.box.findings)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
