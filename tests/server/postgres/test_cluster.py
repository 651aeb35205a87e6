"""The PostgreSQL of the tests is left behind by no run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.builds import ROOT
from tests.capabilities import POSTGRES, needs
from tests.postgres import read_pid

pytestmark = needs(POSTGRES)

TIMEOUT_S = 30.0
RUN = """
import time
from tests.postgres import running_cluster
with running_cluster() as cluster:
    print(cluster.folder, flush=True)
    time.sleep(600)
"""


def end_group(run: subprocess.Popen[str]) -> None:
    """End a run with what it has started, as `timeout` and a terminal that is closed do."""
    os.killpg(run.pid, signal.SIGTERM)


@pytest.mark.parametrize("end", [subprocess.Popen.kill, end_group])
def test_a_run_that_is_killed_leaves_no_cluster_behind(end: Callable[[subprocess.Popen[str]], None]) -> None:
    command = [sys.executable, "-c", RUN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        pid = read_pid(folder)
        end(run)
    try:
        deadline = time.monotonic() + TIMEOUT_S
        while folder.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not folder.exists()
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
