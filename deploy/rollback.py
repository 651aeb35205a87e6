"""Brings each box back to a release that it has: `--data release=RELEASE --data pythons=python3.11`."""

from __future__ import annotations

from pyinfra.context import host

from deploy.box_facts import report_box
from deploy.operations import take_steps
from scripts.deploy.box import parse_box
from scripts.deploy.steps import choose_rollback

report = report_box(host.data.pythons)
if report is not None:
    steps = choose_rollback(parse_box(report), str(host.data.release))
    take_steps(f"Roll back to {host.data.release}", steps)
