"""Measures, prints, and keeps figures in docs/figures.md: `python -m benchmarks --help` says what there is."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import importlib
import inspect
import json
import os
import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Report

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "figures.md"


def _by_name(*modules: str) -> dict[str, str]:
    return {module.rpartition(".")[2]: module for module in modules}


BENCHMARKS = _by_name(
    "delivery.zipapps",
    "delivery.releases",
    "delivery.daemons",
    "delivery.commands",
    "delivery.quick_tests",
    "browser.first_load",
    "browser.pages",
    "desk.server",
    "desk.growth",
    "scale.scale",
    "scale.scale_growth",
    "mail.incoming_mail",
    "mail.outbox",
    "desk.sign_in",
    "supervision.supervisor",
    "flakes.idle",
)
# These take long, and run when they are named.
NAMED = _by_name("flakes.quarantine", "flakes.abroad", "flakes.instructions")
MODULE_OF = {**BENCHMARKS, **NAMED}
OPTIONS = {
    "--quick": "the short form of each: it shows that a benchmark runs, and its figures mean nothing",
    "--json": "print JSON",
    "--write": "replace the sections of docs/figures.md that were measured",
    "--help": "print this and measure nothing",
}

_HEAD = """\
# Figures

Written by `./buildenv.sh nox -s bench -- --write`; peers are measured in the same run, so read the ratios.
Machine: {cores} cores, {system}, CPython {python}.
"""


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all of them."""
    if {"--help", "-h"} & set(arguments):
        print(usage())
        return 0
    options = [argument for argument in arguments if argument.startswith("-")]
    names = [argument for argument in arguments if argument not in options] or list(BENCHMARKS)
    if fault := find_fault(names, options):
        print(fault, file=sys.stderr)
        return 2
    reports: list[Report] = []
    for name in names:
        report = measure(name, quick="--quick" in options)
        print(_json(report) if "--json" in arguments else report.markdown(), flush=True)
        reports.append(report)
    if "--write" in arguments:
        FIGURES.write_text(page(FIGURES.read_text(), reports))
    return 0


def measure(name: str, *, quick: bool = False) -> Report:
    """Run one benchmark, or its short form."""
    module = importlib.import_module(f"benchmarks.{MODULE_OF[name]}")
    shorter: dict[str, object] = module.SHORT if quick and hasattr(module, "SHORT") else {}
    for constant, value in shorter.items():
        setattr(module, constant, value)
    has_form = "quick" in inspect.signature(module.measure).parameters
    report: Report = module.measure(ROOT / "dist", **({"quick": quick} if has_form else {}))
    return report


def find_fault(names: Sequence[str], options: Sequence[str]) -> str | None:
    """What is wrong with the arguments, and what there is instead."""
    if unknown := [option for option in options if option not in OPTIONS]:
        return f"no such option: {', '.join(unknown)}; there are: {', '.join(OPTIONS)}"
    if {"--quick", "--write"} <= set(options):
        return "--write keeps figures, and those of --quick mean nothing"
    if unknown := sorted(set(names) - MODULE_OF.keys()):
        close = [found for name in unknown for found in difflib.get_close_matches(name, MODULE_OF, 1)]
        hint = f"\n  hint: {', '.join(close)}" if close else ""
        return f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(MODULE_OF)}{hint}"
    return None


def usage() -> str:
    """The names of the benchmarks with what each measures, and the options."""
    lines = [
        "./buildenv.sh nox -s bench -- [NAME]... [OPTION]...",
        "",
        f"Without a NAME, all but the last {len(NAMED)}:",
    ]
    lines += [f"  {name:14} {_summary(name)}" for name in MODULE_OF]
    return "\n".join([*lines, "", *(f"  {name:14} {meaning}" for name, meaning in OPTIONS.items())])


def _summary(name: str) -> str:
    """What a benchmark measures: the first line of its module, which is not imported for it."""
    source = (Path(__file__).parent / f"{MODULE_OF[name].replace('.', '/')}.py").read_text()
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


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
