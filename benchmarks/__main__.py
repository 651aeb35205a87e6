"""`python -m benchmarks [NAME ...] [--quick] [--json] [--write]`: measure, print, and keep in docs/figures.md.

`--quick` takes fewer rounds where a benchmark has a short form. `--write` replaces the sections that were measured.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import platform
import re
import sys
from pathlib import Path

from benchmarks.measure import Report

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "figures.md"
BENCHMARKS = (
    "zipapps",
    "releases",
    "daemons",
    "commands",
    "first_load",
    "server",
    "growth",
    "incoming_mail",
    "outbox",
    "supervisor",
    "idle",
)
# These take long, and run when they are named.
NAMED = ("quarantine",)
# These have a short form.
LONG = frozenset({"quarantine", "supervisor"})

_HEAD = """\
# Figures

Written by `./buildenv.sh nox -s bench -- --write`; peers are measured in the same run, so read the ratios.
Machine: {cores} cores, {system}, CPython {python}.
"""


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all of them."""
    names = [argument for argument in arguments if not argument.startswith("--")] or list(BENCHMARKS)
    unknown = set(names) - {*BENCHMARKS, *NAMED}
    if unknown:
        print(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join((*BENCHMARKS, *NAMED))}",
            file=sys.stderr,
        )
        return 2
    reports: list[Report] = []
    for name in names:
        options = {"quick": True} if "--quick" in arguments and name in LONG else {}
        report: Report = importlib.import_module(f"benchmarks.{name}").measure(ROOT / "dist", **options)
        print(_json(report) if "--json" in arguments else report.markdown(), flush=True)
        reports.append(report)
    if "--write" in arguments:
        FIGURES.write_text(page(FIGURES.read_text(), reports))
    return 0


def page(before: str, reports: list[Report]) -> str:
    """The page with the sections of these reports replaced or added, under the name of this machine."""
    _head, *sections = re.split(r"^(?=## )", before, flags=re.MULTILINE)
    kept = {section.split("\n", 1)[0].removeprefix("## "): section.rstrip() + "\n" for section in sections}
    kept |= {report.title: report.markdown() for report in reports}
    system = f"{platform.system()} {platform.machine()}"
    head = _HEAD.format(cores=os.cpu_count(), system=system, python=platform.python_version())
    return "\n".join([head, *kept.values()])


def _json(report: Report) -> str:
    return json.dumps(dataclasses.asdict(report), indent=2)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
