"""Every benchmark runs in its short form; only `nox -s bench_short` runs these, because peers have to be installed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.__main__ import BENCHMARKS
from tests.builds import ROOT

pytestmark = pytest.mark.bench
# Some fetch and build what they are compared with.
TIMEOUT_S = 1200.0


# What runs only when it is named, and has a short form that needs no network.
@pytest.mark.parametrize("name", [*BENCHMARKS, "abroad"])
def test_the_short_form_has_figures(name: str) -> None:
    command = [sys.executable, "-m", "benchmarks", name, "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["figures"] or report["comparisons"]
