"""`python -m benchmarks [NAME ...] [--write]`: measure, print, and with `--write` keep in docs/figures.md."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from pathlib import Path

from benchmarks.measure import Report

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "figures.md"
BENCHMARKS = ("zipapps", "releases", "daemons", "growth")

_HEAD = """\
# Figures

Written by `./buildenv.sh nox -s bench -- --write`; peers are measured in the same run, so read the ratios.
Machine: {cores} cores, {system}, CPython {python}.
"""


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all of them."""
    names = [argument for argument in arguments if not argument.startswith("--")] or list(BENCHMARKS)
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(
            f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}",
            file=sys.stderr,
        )
        return 2
    reports: list[Report] = []
    for name in names:
        report: Report = importlib.import_module(f"benchmarks.{name}").measure(ROOT / "dist")
        print(report.markdown(), flush=True)
        reports.append(report)
    if "--write" in arguments:
        system = f"{platform.system()} {platform.machine()}"
        head = _HEAD.format(cores=os.cpu_count(), system=system, python=platform.python_version())
        FIGURES.write_text("\n".join([head, *(report.markdown() for report in reports)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
