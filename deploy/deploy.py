"""Brings the release of a build to each box and starts it there: `--data build=FOLDER`.

Where it is live and serves, nothing is done.
"""

from __future__ import annotations

from pathlib import Path

from pyinfra.context import host

from deploy.box_facts import report_box
from deploy.operations import take_steps
from scripts.deploy.box import parse_box
from scripts.deploy.build import read_deployed
from scripts.deploy.steps import Start, choose_steps

build = read_deployed(Path(host.data.build))
report = report_box(build.target.executable)
if report is not None:
    start = Start(tuple(host.data.get("hero_start", ())), dict(host.data.get("hero_secrets", {})))
    steps = choose_steps(parse_box(report), build, start)
    take_steps(f"Deploy {build.release}", steps)
