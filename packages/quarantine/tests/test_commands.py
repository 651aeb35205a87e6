"""The commands on suites of known truth, run for real in a bounded form."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from flake_quarantine.campaigns.hunter import HuntResult
from flake_quarantine.cli import render
from flake_quarantine.cli.campaign_commands import propose_entries
from flake_quarantine.inference.measurement import Measurement
from flake_quarantine.inference.stopping_rule import Verdict
from flake_quarantine.inference.tally import Rung, Tally

# Far more than anything here takes, even on a machine that others load.
SECONDS = 60
KEYS = {"nodeid", "verdict", "kind", "alone", "load", "p", "reproduce"}
KEYS |= {"cause", "foreign", "notes", "shared", "signatures", "suspects"}
# Half of what the default ladder does, and few workers: the machine is shared.
SMALL = ("--ladder", "1,2", "--copies", "75", "--seed", "5", "--foreign-load", "1")

NewProject = Callable[..., Any]


@pytest.fixture(scope="module")
def rates(new_project: NewProject) -> Any:
    """Measures a clear flake and a healthy test, and keeps the history."""
    project = new_project("rates")
    nodeids = ("test_rates.py::test_flaky_at_a_half", "test_rates.py::test_never_flaky[1]")
    project.found = project.json("measure", *nodeids, *SMALL, "--history", "h.db")
    return project


@pytest.mark.measures
def test_a_load_flake_and_a_healthy_test_are_told_apart(rates: Any) -> None:
    flaky, healthy = rates.found
    assert (flaky["verdict"], flaky["kind"]) == ("load-only", "load")
    assert flaky["p"] <= 0.05
    assert flaky["alone"]["failures"] == 0 < sum(rung["failures"] for rung in flaky["load"])
    assert (healthy["verdict"], healthy["p"]) == ("healed", 1.0)
    assert sum(rung["runs"] for rung in healthy["load"]) >= 299


@pytest.mark.measures
def test_the_answer_has_the_promised_keys_and_no_others(rates: Any) -> None:
    for one in rates.found:
        assert set(one) == KEYS
        assert set(one["alone"]) == {"runs", "failures"}
        assert all(set(rung) == {"workers", "runs", "failures"} for rung in one["load"])
        assert one["reproduce"].startswith("flake-quarantine measure ")
    assert "--seed 5" in rates.found[0]["reproduce"]


@pytest.mark.measures
def test_what_was_measured_can_be_quarantined_listed_explained_reported_and_released(rates: Any) -> None:
    nodeid = rates.found[0]["nodeid"]
    to = ("--register", "tests/quarantine.toml", "--history", "h.db")
    added = rates.json("add", nodeid, "--owner", "me", "--issue", "LINK", "--reason", "a coin", "--days", "10", *to)
    assert added["days_left"] == 10
    assert added["evidence"]["load_failures"] == sum(rung["failures"] for rung in rates.found[0]["load"])
    assert [entry["nodeid"] for entry in rates.json("list", *to)] == [nodeid]
    explained = rates.json("explain", nodeid, *to)
    assert explained["last"]["verdict"] == "load-only"
    assert sum(explained["signatures"].values()) >= added["evidence"]["load_failures"]
    assert "last verdict load-only" in rates.command("explain", nodeid, *to).stdout
    assert rates.json("report", *to)["tests"] >= 2
    assert "planted flake" in (rates.folder / "quarantine.html").read_text()
    assert rates.json("release", nodeid, *to) == {"released": nodeid}
    assert rates.json("list", *to) == []


@pytest.mark.measures
def test_a_healthy_test_cannot_be_quarantined(rates: Any) -> None:
    done = rates.command(
        "add", rates.found[1]["nodeid"], "--owner", "me", "--issue", "L", "--reason", "r", "--history", "h.db"
    )
    assert done.returncode == 4
    assert "did not fail under load" in done.stderr


def test_broken_tests_are_not_eligible(new_project: NewProject) -> None:
    """What fails alone always, what kills its process, what is gone and what has no owner fail the command."""
    project = new_project("broken")
    names = ["test_always_fails", "test_is_killed", "test_gone"]
    done = project.command("measure", "--json", *(f"test_broken.py::{name}" for name in names), *SMALL)
    assert done.returncode == 1
    assert [one["verdict"] for one in json.loads(done.stdout)] == ["broken", "broken", "missing"]


CONFLICT = """
import socket, time, pytest

def hold(seconds):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", {port}))
        listener.listen()
        time.sleep(seconds)

def test_binds(): hold(0.01)

def test_keeps():
    try: hold(0.04)
    except OSError: time.sleep(0.04)

@pytest.mark.parametrize("n", range(3))
def test_bystander(n): time.sleep(0.02)
"""


@pytest.mark.measures
def test_a_port_conflict_is_blamed_on_the_neighbour_and_bisected(new_project: NewProject) -> None:
    project = new_project()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    project.write("test_port.py", CONFLICT.replace("{port}", str(port)))
    found = project.json("bisect", "test_port.py::test_binds", "--seed", "7", "--workers", "4")
    assert found["neighbours"] == ["test_port.py::test_keeps"]
    assert "test_port.py::test_keeps" in found["shared"][f"port {port}"]


@pytest.mark.measures
def test_a_fixed_port_that_copies_of_a_test_share_is_the_cause(new_project: NewProject) -> None:
    project = new_project()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    project.write("test_port.py", CONFLICT.replace("{port}", str(port)).partition("def test_keeps")[0])
    (found,) = project.json("measure", "test_port.py::test_binds", *SMALL, "--history", "h.db")
    assert (found["verdict"], found["cause"]["kind"]) == ("load-only", "port")
    assert f"port {port} with a copy of itself" in found["cause"]["sentence"]
    assert found["cause"]["sentence"] in project.command("explain", found["nodeid"], "--history", "h.db").stdout


@pytest.mark.measures
def test_an_order_dependence_is_told_from_load(new_project: NewProject) -> None:
    project = new_project()
    project.write(
        "test_order.py",
        "import os, pytest\n"
        'def test_bad(): os.environ["LEFT"] = "x"\n'
        'def test_victim(): assert "LEFT" not in os.environ\n'
        "def test_bystander(): pass\n",
    )
    (found,) = project.json("measure", "test_order.py::test_victim", *SMALL)
    assert found["kind"] == "order"
    assert found["suspects"][0]["nodeid"] == "test_order.py::test_bad"


@pytest.mark.measures
def test_hunt_finds_the_flake_and_says_what_to_paste(new_project: NewProject) -> None:
    project = new_project()
    project.write(
        "test_mixed.py",
        "import os, random\ndef test_fine(): pass\ndef test_flaky():\n"
        '    assert "PYTEST_XDIST_WORKER" not in os.environ or random.SystemRandom().random() < 0.5\n',
    )
    found = project.json("hunt", "--budget", "60s", "--ladder", "1,2", "--seed", "3", "--copies", "25")
    assert [one["nodeid"] for one in found["candidates"]] == ["test_mixed.py::test_flaky"]
    assert 'nodeid = "test_mixed.py::test_flaky"' in found["candidates"][0]["toml"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["measure", "--noise", "gpu=1"], "noise must be written"),
        (["hunt", "--budget", "ten"], "a time is written as"),
        (["measure", "--foreign-load", "25"], "a share is written as 0.25"),
        (["release", "nothing"], "is not in"),
        (["report"], "there is no history"),
        (["add", "t", "--owner", "me", "--issue", "L", "--reason", "r", "--days", "61"], "--days must be 1 to 60"),
        (
            ["add", "t", "--owner", "o", "--issue", "L", "--reason", "r", "--alone", "1/9", "--load", "3/9"],
            "not eligible",
        ),
        (["explain", "t"], "nothing is known about t"),
        (["frobnicate"], "invalid choice"),
    ],
)
def test_mistakes_are_answered_with_a_remedy(
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flake_quarantine.cli.main import run

    (tmp_path / "test_a.py").write_text("def test_a(): pass\n")
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == 4
    assert message in capsys.readouterr().err


def test_the_command_that_repeats_a_measurement_keeps_the_options_of_pytest() -> None:
    one = Measurement(nodeid="a.py::t[x y]", tally=Tally([]), pytest_options=("-p", "no:x", "-k", "a b"))
    assert render.format_reproduce_command(one) == "flake-quarantine measure 'a.py::t[x y]' -- -p no:x -k 'a b'"


def test_a_measurement_in_json_shows_progress_and_explains_itself(project: Any) -> None:
    project.write("test_a.py", "def test_x(): assert 0, 'boom'\n")
    done = project.command(
        "measure", "--json", "--foreign-load", "1", "test_a.py::test_x", "--", "-p", "no:cacheprovider"
    )
    (found,) = json.loads(done.stdout)
    assert found["verdict"] == "broken"
    assert any("boom" in signature for signature in found["signatures"])
    assert any("boom" in note for note in found["notes"])
    assert found["shared"] == {}
    assert found["reproduce"].endswith(" -- -p no:cacheprovider")
    assert "test_a.py::test_x: broken" in done.stderr


def test_a_hunt_proposes_only_what_may_be_listed() -> None:
    def candidate(verdict: Verdict, load: int, alone: int) -> Measurement:
        tally = Tally([Rung(2, runs=10, failures=load)], alone_runs=3, alone_failures=alone)
        return Measurement(nodeid=f"a.py::{verdict.name}", tally=tally, verdict=verdict)

    found = [candidate(Verdict.LOAD_ONLY, 4, 0), candidate(Verdict.BROKEN, 0, 3), candidate(Verdict.UNDECIDED, 0, 0)]
    result = HuntResult(candidates=found)
    proposals = propose_entries(result, dt.date(2030, 1, 1))
    assert list(proposals) == ["a.py::LOAD_ONLY"]
    assert render.format_hunt(result, proposals).count("not eligible") == 2
    assert [one["toml"] == "" for one in render.serialize_hunt(result, proposals)["candidates"]] == [False, True, True]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_ended_takes_its_tests_along(project: Any, number: signal.Signals) -> None:
    """As a job that is cancelled does: what ran in a group of its own would go on for minutes."""
    project.write(
        "test_long.py",
        "import os, pathlib, time\n\n"
        "def test_long():\n"
        "    pathlib.Path('begun').with_suffix('.new').write_text(str(os.getpid()))\n"
        "    os.rename('begun.new', 'begun')\n"
        "    time.sleep(120)\n",
    )
    command = [sys.executable, "-m", "flake_quarantine", "measure", "test_long.py::test_long"]
    # Where the tests themselves run under nohup, their children would inherit that hang-ups are ignored.
    measuring = subprocess.Popen(
        command,
        cwd=project.folder,
        env=project.environment(),
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    try:
        begun = project.folder / "begun"
        until(begun.exists)
        pid = int(begun.read_text())
        measuring.send_signal(number)
        assert measuring.wait(timeout=SECONDS) == 128 + number
        until(lambda: not is_running(pid))
    finally:
        measuring.kill()
        measuring.wait()


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
