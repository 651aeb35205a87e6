"""The boxes of an inventory, reached by the program pyinfra, which runs in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from glob import escape
from pathlib import Path
from threading import Timer

from hero_assistance_sdk.errors import HeroError, UsageError
from scripts.build.workspace import REPOSITORY
from scripts.deploy.box import OFF, Box, parse_box

_DEPLOY = REPOSITORY / "deploy"
# Longer than all of its own time-outs for one stage: connecting, sending, installing, waiting for health.
_RUN_S = 3600.0
# How pyinfra marks what is about one box; within an operation that belongs to another one it says so.
_LINE = re.compile(r"\s*\[(?P<box>[^\]]+)\]\s+(?:nested\s+)?(?P<text>.*)")
Report = Callable[[str], None]


class PyinfraFailed(HeroError):
    """pyinfra ended without doing what it was asked for, and not because of a box."""

    reason = "pyinfra-failed"


@dataclass(frozen=True)
class Run:
    """How a run of pyinfra ended, and what it said of each box."""

    succeeded: bool
    said: dict[str, list[str]] = field(default_factory=dict)
    output: str = ""


@dataclass(frozen=True)
class Fleet:
    """The boxes of an inventory; `pythons` are the interpreters that are looked for on them, split by commas."""

    inventory: str
    pythons: str

    def examine(self, *, doctor: bool = False) -> list[Box]:
        """Every box as it is now, by name; those that cannot be reached are `off`. Changes nothing."""
        with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
            data = {"reports": folder, "pythons": self.pythons, **({"doctor": "true"} if doctor else {})}
            done = self.run("examine.py", [], data, lambda line: None)
            reports = [json.loads(path.read_text("utf-8")) for path in Path(folder).glob("*.json")]
        boxes = {box.name: box for box in map(parse_box, reports)}
        # pyinfra says of each whether it is connected.
        if not done.said:
            raise PyinfraFailed(f"no box was looked at:\n{done.output.strip()}", hint="is the inventory right?")
        return [boxes.get(name) or Box(name, OFF, detail=done.said[name][-1]) for name in sorted(done.said)]

    def run(self, deploy: str, names: Sequence[str], data: Mapping[str, str], report: Report) -> Run:
        """Run a file of `deploy/` on these boxes, or on all; the first fault on one of them ends it."""
        limits = [word for name in names for word in ("--limit", escape(name))]
        options = [word for key, value in data.items() for word in ("--data", f"{key}={value}")]
        command = [*_pyinfra(self.inventory), str(_DEPLOY / deploy), "--yes", *limits, *options]
        if deploy != "examine.py":
            command += ["--fail-percent", "0"]
        said: dict[str, list[str]] = {}
        lines = []
        with subprocess.Popen(
            command,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as process:
            overdue = Timer(_RUN_S, process.kill)
            overdue.start()
            try:
                for line in process.stdout or ():
                    lines.append(line)
                    found = _LINE.match(line)
                    if found:
                        said.setdefault(found["box"], []).append(found["text"])
                        report(line.rstrip())
            finally:
                overdue.cancel()
        return Run(process.returncode == 0, said, "".join(lines))


def open_fleet(inventory: str, pythons: str) -> Fleet:
    """The fleet of an inventory file, or of host names split by commas; raises `UsageError`."""
    if inventory.endswith(".py") and not Path(inventory).is_file():
        raise UsageError(f"there is no inventory {inventory}", hint="deploy/inventory_example.py shows one")
    return Fleet(inventory, pythons)


def _pyinfra(inventory: str) -> list[str]:
    return [sys.executable, "-m", "pyinfra", inventory]


def _environment() -> dict[str, str]:
    path = os.pathsep.join([str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "PYINFRA_PROGRESS": "off"}
