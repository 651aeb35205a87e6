"""Runs in forks of a pytest that has collected once: independent of each other, ended as fresh processes are."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.campaigns.campaign import Campaign, CampaignSettings
from flake_quarantine.campaigns.measurer import Measurer
from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.inference.suspects import find_shared_resources
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.child_process import kill_marked
from flake_quarantine.runner.fork_pool import MAX_SERVERS, ForkPool
from flake_quarantine.runner.forking_pytest import can_fork
from flake_quarantine.runner.process_stat import STATE, read_stat
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Outcome, Run
from flake_quarantine.trial.fork_server import MAX_HAZARDS

pytestmark = pytest.mark.skipif(not can_fork(), reason="forks need Linux")
# Counts how often the file is imported, and takes its time, as suites do that are worth forking.
SLOW_IMPORT = """
import os, time
with open(os.path.join(os.path.dirname(__file__), "imports"), "a") as file:
    file.write("x")
time.sleep(2)
"""


class Forks:
    """A project's runner that forks, and what it has done."""

    def __init__(self, project: Any, **settings: Any) -> None:
        self.folder: Path = project.folder
        self.pool = ForkPool()
        options = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:anyio")
        self.runner = PytestRunner(self.folder, options, cwd=self.folder, forks=self.pool, **settings)

    def run(self, name: str) -> Run:
        """Run a test of test_a.py alone."""
        return self.runner.run_alone(f"test_a.py::{name}")

    @property
    def imports(self) -> int:
        """How often the file was imported."""
        return len((self.folder / "imports").read_text())


@pytest.fixture
def forks(project: Any) -> Iterator[Forks]:
    """A runner that forks, in an empty project."""
    made = Forks(project)
    yield made
    made.pool.close()


def is_running(pid: int) -> bool:
    """Tell whether the process is there and has not ended; a zombie has."""
    try:
        return read_stat(pid)[STATE] != "Z"
    except OSError:
        return False


def wait_until_ended(pid: int) -> None:
    """Wait until the process has ended."""
    for _ in range(300):
        if not is_running(pid):
            return
        time.sleep(0.1)
    pytest.fail(f"process {pid} still runs")


def test_a_file_is_collected_once_for_runs_alone_and_under_load(project: Any, forks: Forks) -> None:
    project.write("test_a.py", f"{SLOW_IMPORT}\ndef test_x(): pass\ndef test_y(): pass\n")
    alone = [forks.run("test_x") for _ in range(5)]
    parts = ({"test_a.py::test_x": 20, "test_a.py::test_y": 10},)
    load = forks.runner.run_batch(Batch(workers=4, parts=parts, seed=1))
    serial = forks.runner.run_serially(Batch(workers=1, parts=parts, seed=1))
    assert forks.imports == 1
    assert (len(alone), len(load), len(serial)) == (5, 30, 30)
    assert all(run.forked and run.outcome is Outcome.PASSED for run in (*alone, *load, *serial))
    assert Counter(run.nodeid for run in load) == Counter(run.nodeid for run in serial) == Counter(parts[0])
    assert len({run.worker for run in load}) > 1
    assert {run.worker for run in serial} == {"alone"}


def test_runs_in_forks_know_nothing_of_each_other(project: Any, forks: Forks) -> None:
    project.write(
        "test_a.py",
        "import random, tempfile\nseen = []\nkept = tempfile.TemporaryFile()\n"
        "def test_x(tmp_path, capfd, request):\n"
        "    assert not seen and {path.name[:6] for path in tmp_path.parent.iterdir()} == {'test_x'}\n"
        "    seen.append(1)\n    kept.write(b'x')\n    kept.flush()\n    assert kept.tell() == 1\n"
        "    print('one line')\n    assert capfd.readouterr().out == 'one line\\n'\n"
        "    with open(request.config.rootpath / 'chosen', 'a') as file: file.write(f'{random.random()}\\n')\n",
    )
    runs = [forks.run("test_x") for _ in range(3)]
    assert [run.text for run in runs if run.failed] == []
    assert all(run.forked for run in runs)
    assert len(set((project.folder / "chosen").read_text().split())) == 3


def test_a_suite_that_chooses_a_seed_when_it_is_imported_has_it_in_each_fork(project: Any, forks: Forks) -> None:
    project.write(
        "test_a.py",
        "import random\nrandom.seed(7)\ndef test_x():\n    assert random.random() == random.Random(7).random()\n",
    )
    assert [forks.run("test_x").outcome for _ in range(2)] == [Outcome.PASSED] * 2


def test_workers_that_are_forks_have_the_names_that_suites_share_things_out_by(project: Any, forks: Forks) -> None:
    project.write(
        "test_a.py",
        "import os\ndef test_x(worker_id, request):\n"
        "    assert worker_id == os.environ['PYTEST_XDIST_WORKER'] == request.config.workerinput['workerid']\n"
        "    assert os.environ['PYTEST_XDIST_WORKER_COUNT'] == '3'\n",
    )
    runs = forks.runner.run_batch(Batch(workers=3, parts=({"test_a.py::test_x": 12},), seed=1))
    assert [run.text for run in runs if run.failed] == []
    assert {run.worker for run in runs} <= {"gw0", "gw1", "gw2"}
    assert len(runs) == 12


def test_workers_begin_together_so_that_short_tests_run_at_the_same_time(project: Any, forks: Forks) -> None:
    project.write("test_a.py", "import time\ndef test_x(): time.sleep(0.02)\n")
    runs = forks.runner.run_batch(Batch(workers=6, parts=({"test_a.py::test_x": 120},), seed=1))
    assert len(runs) == 120
    assert len({run.worker for run in runs}) == 6


def test_the_temporary_folders_of_forks_are_nothing_that_tests_share(project: Any, forks: Forks) -> None:
    project.write("test_a.py", "def test_x(tmp_path): (tmp_path / 'own').write_text('')\n")
    runs = forks.runner.run_batch(Batch(workers=2, parts=({"test_a.py::test_x": 8},), seed=1, audit=True))
    assert {run.forked for run in runs} == {True}
    assert find_shared_resources(runs, "test_a.py::test_x") == {}


def test_a_worker_that_dies_loses_one_run_and_another_one_goes_on(project: Any, forks: Forks) -> None:
    project.write("test_a.py", "import os\ndef test_x(): pass\ndef test_dies(): os._exit(3)\n")
    parts = ({"test_a.py::test_x": 20, "test_a.py::test_dies": 6},)
    runs = forks.runner.run_batch(Batch(workers=2, parts=parts, seed=1))
    outcomes = Counter((run.nodeid, run.outcome) for run in runs)
    assert outcomes == {("test_a.py::test_x", Outcome.PASSED): 20, ("test_a.py::test_dies", Outcome.CRASHED): 6}


@pytest.mark.parametrize(
    ("body", "outcome", "text"),
    [
        ("os.kill(os.getpid(), 11)", Outcome.CRASHED, "killed by SIGSEGV"),
        ("os._exit(7)", Outcome.CRASHED, "exit status 7"),
        ("raise KeyboardInterrupt", Outcome.NOT_RUN, "KeyboardInterrupt"),
        ("pytest.exit('enough')", Outcome.NOT_RUN, "enough"),
        ("os.kill(os.getppid(), 9); time.sleep(60)", Outcome.CRASHED, "killed by SIGKILL"),
        ("pid = os.fork(); pid or time.sleep(0.2); assert pid", Outcome.PASSED, ""),
        ("pid = os.fork(); pid and os.waitpid(pid, 0); assert pid", Outcome.PASSED, ""),
    ],
)
def test_a_fork_may_end_in_any_way_and_the_next_run_is_made(
    project: Any, forks: Forks, body: str, outcome: Outcome, text: str
) -> None:
    project.write("test_a.py", f"import os, time, pytest\ndef test_x(): pass\ndef test_ends():\n    {body}\n")
    run = forks.run("test_ends")
    assert (run.outcome, run.forked) == (outcome, True)
    assert text in run.text
    assert forks.run("test_x").outcome is Outcome.PASSED


def test_a_fork_that_takes_too_long_ends_with_all_that_it_has_started(project: Any) -> None:
    project.write(
        "test_a.py",
        "import os, pathlib, subprocess, sys, time\n"
        "def test_x(request):\n"
        "    child = [sys.executable, '-c', 'import time; time.sleep(300)']\n"
        "    pids = [os.getpid(), *(subprocess.Popen(child, start_new_session=own).pid for own in (False, True))]\n"
        "    (request.config.rootpath / 'pids').write_text(' '.join(map(str, pids)))\n"
        "    time.sleep(300)\n"
        "def test_y(): pass\n",
    )
    forks = Forks(project, alone_seconds=8)
    try:
        run = forks.run("test_x")
        assert (run.outcome, run.forked) == (Outcome.HUNG, True)
        assert "took too long" in run.text
        for pid in (project.folder / "pids").read_text().split():
            wait_until_ended(int(pid))
        assert forks.run("test_y").outcome is Outcome.PASSED
    finally:
        forks.pool.close()


def test_servers_and_forks_end_with_the_pool_and_their_suites_end_their_sessions(project: Any, forks: Forks) -> None:
    project.write(
        "conftest.py",
        "import os, pathlib\n"
        "def pytest_sessionstart(session): (session.config.rootpath / 'server').write_text(str(os.getpid()))\n"
        "def pytest_sessionfinish(session):\n"
        "    with open(session.config.rootpath / 'finished', 'a') as file: file.write(f'{os.getpid()}\\n')\n",
    )
    project.write("test_a.py", "def test_x(): pass\n")
    for _ in range(3):
        forks.run("test_x")
    forks.pool.close()
    server = (project.folder / "server").read_text()
    wait_until_ended(int(server))
    assert (project.folder / "finished").read_text().split() == [server]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (
            "thread",
            "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
            "thread",
        ),
        ("child", "import subprocess, sys\nchild = subprocess.Popen(['sleep', '60'])", "the process sleep was started"),
        ("socket", "import socket\nlistener = socket.socket()\nlistener.bind(('127.0.0.1', 0))", "a socket is open"),
        (
            "port",
            "import socket\nwith socket.socket() as s:\n    s.bind(('', 0))\n    PORT = s.getsockname()[1]",
            "a port",
        ),
        ("loop", "import asyncio\nloop = asyncio.new_event_loop()", "open"),
        ("pipe", "import os\npipe = os.pipe()", "a pipe is open"),
        ("worker", "import os\nUNDER_LOAD = 'PYTEST_XDIST_WORKER' in os.environ", "PYTEST_XDIST_WORKER was read"),
        ("folder", "import tempfile\nfolder = tempfile.mkdtemp()", "a temporary folder was made"),
        ("database", "import sqlite3\nopen_file = sqlite3.connect('state.db')", "state.db is open"),
    ],
)
@pytest.mark.parametrize("place", ["conftest.py", "test_a.py"])
def test_a_suite_whose_forks_would_share_something_is_run_in_fresh_processes(
    project: Any, forks: Forks, name: str, text: str, reason: str, place: str
) -> None:
    for file in ("conftest.py", "test_a.py"):
        project.write(file, f"{text if file == place else ''}\ndef test_x(): pass\n")
    run = forks.run("test_x")
    assert (run.outcome, run.forked) == (Outcome.PASSED, False)
    assert reason in forks.runner.explain_refusal("test_a.py::test_x")
    load = forks.runner.run_batch(Batch(workers=2, parts=({"test_a.py::test_x": 4},), seed=1))
    assert [one.forked for one in load] == [False] * 4
    assert len(forks.pool.refusals) == 1  # it is not tried again


def test_what_the_conftest_of_a_folder_leaves_open_is_no_reason_for_tests_of_another_one(
    project: Any, forks: Forks
) -> None:
    project.write("one/conftest.py", "import os\npipe = os.pipe()\n")
    nodeids = [f"{folder}/test_{folder}.py::test_x" for folder in ("one", "other")]
    for nodeid in nodeids:
        project.write(nodeid.partition("::")[0], "def test_x(): pass\n")
    together = forks.runner.run_batch(Batch(workers=2, parts=(dict.fromkeys(nodeids, 2),), seed=1))
    assert not any(run.forked for run in together)
    assert [forks.runner.run_alone(nodeid).forked for nodeid in nodeids] == [False, True]


def test_of_very_many_files_that_speak_against_forks_some_are_named_at_a_time(project: Any, forks: Forks) -> None:
    names = [f"test_{number}_{'x' * 200}.py" for number in range(300)]
    for name in names:
        project.write(name, "import os\nUNDER_LOAD = 'PYTEST_XDIST_WORKER' in os.environ\ndef test_x(): pass\n")
    batch = Batch(workers=2, parts=({f"{name}::test_x": 1 for name in names},), seed=1)
    assert not forks.runner.can_fork(batch)
    assert len(forks.pool.refusals) == MAX_HAZARDS


def test_a_collection_that_a_time_limit_cuts_off_is_tried_again_within_the_next_one(project: Any, forks: Forks) -> None:
    project.write("test_a.py", "import time\ntime.sleep(2)\ndef test_x(): pass\n")
    limited = replace(forks.runner, until=time.monotonic() + 0.5)
    assert limited.run_alone("test_a.py::test_x").outcome is Outcome.NOT_RUN
    assert forks.pool.refusals == {}
    assert forks.run("test_x").forked


def test_a_probe_for_an_address_is_nothing_that_forks_share(project: Any, forks: Forks) -> None:
    project.write(
        "test_a.py", "import socket\nwith socket.socket() as probe: probe.bind(('', 0))\ndef test_x(): pass\n"
    )
    assert forks.run("test_x").forked


def test_a_run_alone_imports_the_file_of_its_test_and_no_other(project: Any, forks: Forks) -> None:
    project.write("test_a.py", "import sys\ndef test_x(): assert 'test_b' not in sys.modules\n")
    project.write("test_b.py", "def test_y(): pass\n")
    batch = Batch(workers=2, parts=({"test_a.py::test_x": 2, "test_b.py::test_y": 2},), seed=1)
    together = forks.runner.run_batch(batch)
    assert {run.nodeid: run.failed for run in together} == {"test_a.py::test_x": True, "test_b.py::test_y": False}
    assert forks.run("test_x").outcome is Outcome.PASSED


def test_a_file_that_cannot_be_collected_is_no_reason_to_fork_nothing(project: Any, forks: Forks) -> None:
    project.write("test_a.py", "def test_x(): pass\n")
    project.write("test_b.py", "import nothing_of_this_name\n")
    batch = Batch(workers=2, parts=({"test_a.py::test_x": 3, "test_b.py::test_y": 1},), seed=1)
    assert [(run.nodeid, run.forked) for run in forks.runner.run_batch(batch)] == [("test_a.py::test_x", True)] * 3


def test_the_processors_time_of_forks_is_that_of_their_run(project: Any, forks: Forks) -> None:
    project.write("test_a.py", "import time\ndef test_x():\n    while time.process_time() < 1.5: sum(range(1000))\n")
    run = forks.run("test_x")
    assert run.load is not None
    assert run.load.own > 0.1


def test_the_server_that_was_not_used_for_longest_makes_room(project: Any, forks: Forks) -> None:
    for number in range(MAX_SERVERS + 1):
        project.write(f"test_{number}.py", "def test_x(): pass\n")
        assert forks.runner.run_alone(f"test_{number}.py::test_x").forked
    names = [Path(file).name for held in forks.pool.servers for file in held]
    assert names == [f"test_{number}.py" for number in range(1, MAX_SERVERS + 1)]


def test_a_neighbour_that_speaks_against_forks_ends_no_server_of_others(project: Any, forks: Forks) -> None:
    for name in ("test_a.py", "test_b.py"):
        project.write(name, "def test_x(): pass\n")
    project.write("test_bad.py", "import os\npipe = os.pipe()\ndef test_x(): pass\n")
    forked = []
    for neighbour in ("test_b.py", "test_bad.py", "test_b.py"):
        parts = ({f"{name}::test_x": 1 for name in ("test_a.py", neighbour)},)
        runs = forks.runner.run_batch(Batch(workers=2, parts=parts, seed=1))
        forked.append((runs[0].forked, next(iter(forks.pool.servers.values()), None)))
    assert [was_forked for was_forked, _ in forked] == [True, False, True]
    assert forked[0][1] is forked[2][1]


def measure_first(
    forks: Forks, suite: list[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Measurement, list[list[Run]]]:
    """Measure the first test of a suite; also return the runs of each batch under load."""
    batches: list[list[Run]] = []

    def keep(_campaign: Campaign, arm: str, _workers: int, runs: list[Run]) -> None:
        batches.extend([runs] if arm == "load" else [])

    monkeypatch.setattr(Campaign, "record", keep)
    limits = Limits(batch_sizes=(4,), healed_runs=12)
    settings = CampaignSettings(workers=(2, 4), limits=limits, finds_suspects=False, max_foreign_load=1)
    (found,) = Measurer(Campaign(runner=forks.runner, suite=suite, settings=settings)).measure(suite[:1])
    return found, batches


def test_tests_of_a_file_that_speaks_against_forks_are_neighbours_in_fresh_workers_alone(
    project: Any, forks: Forks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other batches are forked, without them."""
    left_open = {
        "test_b.py": "",
        "test_pipe.py": "import os\npipe = os.pipe()",
        "test_port.py": "import socket\ns = socket.socket()",
    }
    for name, text in {"test_a.py": "", **left_open}.items():
        project.write(name, f"{text}\ndef test_x(): pass\n")
    suite = [f"{name}::test_x" for name in ("test_a.py", *left_open)]
    found, batches = measure_first(forks, suite, monkeypatch)
    assert found.verdict is Verdict.HEALED
    assert [runs[0].forked for runs in batches] == [False, True, False]
    assert [{run.nodeid for run in runs} for runs in batches] == [set(suite), set(suite[:2]), set(suite)]
    assert any(
        "no test of test_pipe.py was a neighbour: while it was collected, a pipe is open" in note
        for note in found.notes
    )


def test_a_test_whose_own_file_speaks_against_forks_keeps_its_neighbours(
    project: Any, forks: Forks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its workers are fresh ones, no matter what its neighbours do."""
    for name in ("test_a.py", "test_b.py"):
        project.write(name, "import os\npipe = os.pipe()\ndef test_x(): pass\ndef test_y(): pass\n")
    suite = [f"{file}.py::{name}" for file in ("test_a", "test_b") for name in ("test_x", "test_y")]
    _, batches = measure_first(forks, suite, monkeypatch)
    assert not any(run.forked for runs in batches for run in runs)
    assert [{run.nodeid for run in runs} for runs in batches] == [set(suite)] * 3


def test_a_server_that_has_died_leaves_nothing_when_another_one_takes_its_place(project: Any, forks: Forks) -> None:
    project.write("test_a.py", "import os, time\ndef test_x(): os.kill(os.getppid(), 9); time.sleep(60)\n")
    forks.run("test_x")
    (dead,) = forks.pool.servers.values()
    project.write("test_a.py", "def test_x(): pass\n")
    runs = forks.runner.run_batch(Batch(workers=2, parts=({"test_a.py::test_x": 2},), seed=1))
    assert [run.forked for run in runs] == [True, True]
    assert not Path(dead.folder.name).exists()


def test_what_is_marked_is_killed_but_for_what_is_spared(tmp_path: Path) -> None:
    marker = f"FORKS_OF_THIS_TEST={tmp_path}"
    name, _, value = marker.partition("=")
    env = {**os.environ, name: value}
    pids = [subprocess.Popen(["sleep", "300"], env=env).pid for _ in range(2)]
    kill_marked(marker, spared=pids[0])
    assert os.waitpid(pids[1], 0)[1] == 9
    assert is_running(pids[0])
    kill_marked(marker)
    assert os.waitpid(pids[0], 0)[1] == 9
