"""The PostgreSQL of the tests is left behind by no run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

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


def test_a_run_that_is_killed_leaves_no_cluster_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True, cwd=ROOT) as run:
        assert run.stdout is not None
        folder = Path(run.stdout.readline().strip())
        pid = read_pid(folder)
        run.kill()
    try:
        deadline = time.monotonic() + TIMEOUT_S
        while folder.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not folder.exists()
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)
