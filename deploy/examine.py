"""Writes a report of each box into a folder, and changes nothing: `--data reports=FOLDER --data pythons=python3.11`."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from pyinfra.context import host

from deploy.box_facts import report_box

report = report_box(host.data.pythons, doctor=bool(host.data.get("doctor")))
if report is not None:
    Path(host.data.reports, f"{quote(host.name, safe='')}.json").write_text(json.dumps(report), "utf-8")
