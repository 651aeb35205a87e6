"""The commands that read the history and add to it: report, merge, import, prune and explain."""

from __future__ import annotations

import time
from pathlib import Path

from flake_quarantine.cli import render
from flake_quarantine.cli.html_report import write_report
from flake_quarantine.cli.invocation import Invocation
from flake_quarantine.cli.junit_import import JunitReader
from flake_quarantine.errors import QuarantineError
from flake_quarantine.history import History

SECONDS_OF_DAY = 86_400
MAX_UNKNOWN = 3  # cases that are named


def report(invocation: Invocation) -> int:
    """Write the history as one HTML page."""
    path = invocation.options.history
    if not path or not (Path(path).exists() or invocation.options.merge):
        raise QuarantineError("there is no history to report; name its file with --history")
    target = Path(invocation.options.output)
    with History(Path(path)) as history:
        for other in invocation.options.merge:
            history.merge(Path(other))
        tests = write_report(target, history, invocation.load_register(), invocation.resolve_today())
    invocation.print_result({"report": str(target), "tests": tests}, lambda: f"{target}: {tests} tests")
    return 0


def merge(invocation: Invocation) -> int:
    """Copy the histories of other jobs into one; a file that was merged before adds nothing."""
    if not invocation.options.history:
        raise QuarantineError("name the file to merge into with --history")
    target = Path(invocation.options.history)
    with History(target) as history:
        taken = {file: history.merge(Path(file)) for file in invocation.options.file}
    invocation.print_result(
        {"history": str(target), "batches": taken},
        lambda: "\n".join(f"{file}: {batches} new batches" for file, batches in taken.items()),
    )
    return 0


def prune(invocation: Invocation) -> int:
    """Remove what is older than --days from the history; the last verdict on each test stays."""
    path, days = invocation.options.history, invocation.options.days
    if not path or not Path(path).exists():
        raise QuarantineError("there is no history to prune; name its file with --history")
    if days < 1:
        raise QuarantineError("--days must be at least 1")
    with History(Path(path)) as history:
        removed = history.prune(int(time.time()) - days * SECONDS_OF_DAY)
    invocation.print_result({"history": path, "removed": removed}, lambda: f"{path}: {removed} batches removed")
    return 0


def import_junit(invocation: Invocation) -> int:
    """Append the outcomes of JUnit XML files, of runs without the plugin; a file that was read before adds nothing."""
    if not invocation.options.history:
        raise QuarantineError("name the file to append to with --history")
    reader = JunitReader(invocation.root, invocation.options.prefix)
    read = {file: reader.read(Path(file)) for file in invocation.options.file}
    with History(Path(invocation.options.history)) as history:
        taken = {file: sum(map(history.append, found.batches)) for file, found in read.items()}
    for file, found in read.items():
        if found.unknown:
            names = ", ".join(found.unknown[:MAX_UNKNOWN])
            invocation.report_progress(
                f"{file}: {len(found.unknown)} cases of no test of this project, such as {names}"
            )
    answer = {file: {"batches": taken[file], "unknown": len(found.unknown)} for file, found in read.items()}
    invocation.print_result(
        {"history": invocation.options.history, "files": answer},
        lambda: "\n".join(f"{file}: {batches} new batches" for file, batches in taken.items()),
    )
    return 0


def explain(invocation: Invocation) -> int:
    """Say everything that is known about one test."""
    nodeid = invocation.options.nodeid
    with invocation.open_history() as history:
        known = render.serialize_knowledge(nodeid, invocation.load_register(), history, invocation.resolve_today())
    if known is None:
        raise QuarantineError(f"nothing is known about {nodeid}: measure it, or name a history with --history")
    invocation.print_result(known, lambda: render.format_knowledge(known))
    return 0
