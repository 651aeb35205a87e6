"""Verdicts on entries that may not stay, from real runs: flaky alone, expired, without an owner, healed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.history import History

DAY = 86_400
# Few runs: what is said here does not depend on how many there are.
FEW = ("--ladder", "1", "--copies", "20", "--load-runs", "20", "--seed", "3", "--foreign-load", "1")
TO = ("--register", "tests/quarantine.toml")


def test_expired_and_ownerless_entries_fail_the_session(project: Any) -> None:
    """Both tests are healthy; the broken rules of the register come first."""
    project.write("tests/test_a.py", "def test_old(): pass\ndef test_orphan(): pass\n")
    old = project.quarantine("tests/test_a.py::test_old", since=-30, expires=-1).read_text()
    orphan = project.quarantine("tests/test_a.py::test_orphan", owner="").read_text()
    project.write("tests/quarantine.toml", old + "\n" + orphan)
    done = project.command("measure", "--json", *FEW, *TO)
    assert {one["nodeid"].rpartition("::")[2]: one["verdict"] for one in json.loads(done.stdout)} == {
        "test_old": "expired",
        "test_orphan": "no owner",
    }
    assert done.returncode == 1
    assert project.command("list", *TO).returncode == 1


def test_what_fails_in_some_runs_alone_is_flaky_alone(project: Any) -> None:
    """It fails in every second process, wherever that runs: load has nothing to do with it."""
    project.write(
        "tests/test_a.py",
        "from pathlib import Path\nCOUNT = Path(__file__).with_suffix('.count')\n"
        "def test_x():\n    COUNT.touch()\n    with COUNT.open('a') as file: file.write('x')\n"
        "    assert COUNT.stat().st_size % 2 == 0\n",
    )
    done = project.command("measure", "--json", "tests/test_a.py::test_x", *FEW)
    (found,) = json.loads(done.stdout)
    assert found["verdict"] == "flaky-alone"
    assert found["alone"]["runs"] == 3
    assert 0 < found["alone"]["failures"] < 3
    assert done.returncode == 1


@pytest.mark.measures
@pytest.mark.parametrize(("days", "status"), [(13, 0), (14, 1)])
def test_a_healed_test_is_to_be_released_after_fourteen_days(
    project: Any, days: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodeid = "tests/test_a.py::test_x"
    project.write("tests/test_a.py", "def test_x(): pass\n")
    project.quarantine(nodeid, since=-20, expires=30)
    healed_before(project.folder / "h.db", nodeid, days, monkeypatch)
    done = project.command("measure", *TO, "--history", "h.db", "--ladder", "1", "--seed", "3", "--foreign-load", "1")
    assert done.returncode == status, done.stdout + done.stderr
    assert f"healed: {nodeid}" in done.stdout
    assert ("release it, it is healed since" in done.stdout) == bool(status)
    assert f"flake-quarantine release {nodeid}\n" in done.stdout + "\n"


def healed_before(path: Path, nodeid: str, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a history in which the test was healed so many days ago."""
    now = time.time()
    with History(path) as history, monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now - days * DAY)
        history.append_verdict(nodeid, "healed", "{}")
