"""What is decided of a fleet without a box: the order, who cannot get a release, and what a box needs for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.zipapp.header import Target
from scripts.deploy.box import Box, parse_box
from scripts.deploy.build import Build
from scripts.deploy.command_line import needs_build
from scripts.deploy.outcomes import BAD, Outcome, find_fault, judge
from scripts.deploy.stages import choose_return, find_refusals, split_stages
from scripts.deploy.steps import choose_rollback, choose_steps

pytestmark = pytest.mark.pure

LINUX, OTHER_PYTHON = Target("CPython 3.11", "linux-x86_64"), Target("CPython 3.12", "linux-x86_64")
BUILD = Build("new", LINUX, Path("/dist/a.tar.zst"), "ab" * 32, Path("/dist/hero_assistance"))
ARCHIVE = Path("/hero/var/downloads/hero_assistance/a.tar.zst")
INSTALLER = Path("/hero/var/downloads/hero_assistance/install-new")
CLI_NAME = "hero_assistance"
CLI = f"/hero/bin/{CLI_NAME}"


def make_box(name: str = "a", state: str = "healthy", **changed: Any) -> Box:
    found: dict[str, Any] = {
        "machine": "Linux x86_64",
        "paths": Paths.from_environ({"PATH_ROOT": "/hero"}),
        "targets": (LINUX,),
        "releases": ("old", "older"),
        "live": "old",
        "live_target": LINUX,
        "running": "old",
    }
    return Box(name, state, **{**found, **changed})


def make_empty_box() -> Box:
    return make_box(state="empty", releases=(), live=None, live_target=None, running=None)


@pytest.mark.parametrize(
    ("canary", "batch", "stages"),
    [
        (None, 1, [["a"], ["b"], ["c"], ["d"]]),
        (None, 2, [["a"], ["b", "c"], ["d"]]),
        ("c", 2, [["c"], ["a", "b"], ["d"]]),
        ("d", 9, [["d"], ["a", "b", "c"]]),
    ],
)
def test_the_canary_is_alone_and_the_others_follow_by_name(
    canary: str | None, batch: int, stages: list[list[str]]
) -> None:
    assert split_stages(["d", "b", "a", "c"], canary, batch) == stages


def test_a_canary_that_the_inventory_lacks_is_refused() -> None:
    with pytest.raises(UsageError, match="the inventory has no box x"):
        split_stages(["a", "b"], "x", 1)


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        (make_box(), None),
        (make_box(targets=(OTHER_PYTHON, LINUX)), None),
        (make_empty_box(), None),
        (make_box(state="off", detail="Could not connect"), "Could not connect"),
        (make_box(state="unknown"), "its /hero/bin/hero_assistance does not answer"),
        (make_box(targets=(OTHER_PYTHON,)), "this is CPython 3.12 on linux-x86_64"),
        (make_box(targets=()), "no such Python on Linux x86_64"),
    ],
)
def test_a_box_that_cannot_get_the_release_says_why(box: Box, reason: str | None) -> None:
    found = find_refusals([box], BUILD).get("a")
    assert (found is None) == (reason is None)
    assert reason is None or reason in str(found)


def test_where_the_release_is_live_and_serves_nothing_is_done() -> None:
    for state in ("healthy", "degraded"):
        assert not choose_steps(make_box(live="new", running="new", state=state), BUILD)


def test_an_upgrade_sends_the_archive_alone_and_deletes_it_when_it_is_installed() -> None:
    steps = choose_steps(make_box(), BUILD)
    assert steps.files == ((BUILD.archive, ARCHIVE),)
    assert steps.commands == (
        f"{CLI} install {ARCHIVE} --sha256 {BUILD.sha256} --restart",
        f"rm -f {ARCHIVE}",
    )


def test_a_signature_travels_with_its_archive() -> None:
    signature = Path("/dist/a.tar.zst.sig")
    steps = choose_steps(make_box(), replace(BUILD, signature=signature))
    assert steps.files == ((BUILD.archive, ARCHIVE), (signature, ARCHIVE.with_name("a.tar.zst.sig")))
    assert steps.commands[-1] == f"rm -f {ARCHIVE} {ARCHIVE}.sig"


def test_an_empty_box_gets_the_installer_and_is_started_with_its_flags() -> None:
    steps = choose_steps(make_empty_box(), BUILD, ("--auth-mode", "dev"))
    assert [target for _, target in steps.files] == [ARCHIVE, INSTALLER]
    assert steps.commands == (
        f"sh {INSTALLER} install {ARCHIVE} --sha256 {BUILD.sha256}",
        f"{CLI} --start --auth-mode dev",
        f"rm -f {ARCHIVE} {INSTALLER}",
    )


def test_a_box_with_a_release_for_another_python_gets_the_installer() -> None:
    steps = choose_steps(make_box(live_target=OTHER_PYTHON), BUILD)
    assert steps.commands[0] == f"sh {INSTALLER} install {ARCHIVE} --sha256 {BUILD.sha256} --restart"


@pytest.mark.parametrize(
    ("box", "command"),
    [
        (make_box(live="new", running="old"), f"{CLI} restart"),
        (make_box(live="new", running=None, state="stopped"), f"{CLI} --start"),
        (make_box(live="new", running=None, state="failed"), f"{CLI} --start"),
    ],
)
def test_what_an_interrupted_run_left_is_finished_without_the_archive(box: Box, command: str) -> None:
    steps = choose_steps(box, BUILD)
    assert (steps.files, steps.commands) == ((), (command,))


def test_what_earlier_runs_have_sent_is_deleted() -> None:
    sent = ("0d5f", "hero_assistance-bad-linux-x86_64-python3.11.tar.zst", "install-bad")
    left = [ARCHIVE.with_name(name) for name in sent[1:]]
    assert choose_steps(make_box(live="new", running="new", sent=sent), BUILD).commands == (
        f"rm -f {left[0]} {left[1]}",
    )
    assert choose_steps(make_box(sent=sent), BUILD).commands[-1] == f"rm -f {ARCHIVE} {left[0]} {left[1]}"


def test_a_rollback_restarts_what_runs() -> None:
    assert choose_rollback(make_box(), "older").commands == (f"{CLI} rollback older --restart",)
    assert choose_rollback(make_box(state="stopped", running=None), "older").commands == (f"{CLI} rollback older",)
    assert not choose_rollback(make_box(), "old")


def test_boxes_with_the_same_two_releases_go_back_without_a_name() -> None:
    boxes = [make_box("a"), make_box("b")]
    assert choose_return(boxes, None) == "older"


@pytest.mark.parametrize(
    "other", [make_box("b", releases=("old", "bad", "older")), make_box("b", releases=("old",)), make_empty_box()]
)
def test_boxes_that_differ_need_a_name(other: Box) -> None:
    with pytest.raises(UsageError, match="do not go back alike"):
        choose_return([make_box(), other], None)


def test_a_release_that_a_box_lacks_is_named_with_the_box() -> None:
    with pytest.raises(UsageError, match="release older is not installed on b"):
        choose_return([make_box(), make_box("b", releases=("old",))], "older")


@pytest.mark.parametrize(
    ("before", "after", "said", "outcome"),
    [
        (make_box(), make_box(), None, Outcome.NOT_REACHED),
        (make_box(live="new", running="new"), make_box(live="new", running="new"), [], Outcome.NOTHING_CHANGED),
        (make_box(live="new", state="stopped"), make_box(live="new", running="new"), [], Outcome.STARTED),
        (make_empty_box(), make_box(live="new", running="new"), [], Outcome.INSTALLED),
        (make_box(), make_box(live="new", running="new"), [], Outcome.UPGRADED),
        (make_box(), make_box(live="new", running="new", state="degraded"), [], Outcome.UPGRADED),
        (make_box(), make_box(releases=("old", "new")), [f"{CLI_NAME}: release new is ill"], Outcome.ROLLED_BACK),
        (make_box(releases=("old", "new")), make_box(releases=("old", "new")), ["sftp: no space"], Outcome.FAILED),
        (make_box(), make_box(), [f"{CLI_NAME}: No space left"], Outcome.FAILED),
        (make_box(), make_box(), ["Connected", "Success"], Outcome.NOT_REACHED),
        (make_box(), make_box(live="new", running="new", state="failed"), [], Outcome.FAILED),
        (make_box(), make_box(live="new", running="old"), [], Outcome.FAILED),
        (make_box(), make_box(state="off", detail="gone"), [], Outcome.FAILED),
    ],
)
def test_what_came_of_a_box_is_read_from_the_box(
    before: Box, after: Box, said: list[str] | None, outcome: Outcome
) -> None:
    assert judge(before, after, "new", said).outcome is outcome


def test_a_rollback_leaves_stopped_what_is_stopped() -> None:
    before, after = make_box(state="stopped", running=None), make_box(state="stopped", running=None, live="older")
    assert judge(before, after, "older", [], changed=Outcome.WENT_BACK).outcome is Outcome.WENT_BACK


def test_a_rollback_that_does_not_happen_has_failed() -> None:
    found = judge(make_box(), make_box(), "older", ["error: no"], changed=Outcome.WENT_BACK)
    assert (found.outcome, found.detail) == (Outcome.FAILED, "error: no")
    assert found.outcome in BAD


def test_the_fault_is_found_in_what_was_said() -> None:
    said = ["unpacking hero_assistance", "hero_assistance: cannot install", "  hint: free some space"]
    noise = ["  | a line of a log", "Error: executed 0 commands"]
    assert find_fault([*said, *noise]) == "cannot install hint: free some space"
    assert find_fault(["Connected", "sh: 1: no such file", "Error: executed 0 commands"]) == "sh: 1: no such file"
    assert find_fault(["Connected", "Success"]) == ""


def test_a_box_has_the_state_of_its_worst_action() -> None:
    report = {
        "name": "a",
        "program": True,
        "machine": "Linux x86_64",
        "root": "/hero",
        "var": "/hero/var",
        "sent": [],
        "targets": [["CPython 3.11", "linux-x86_64"]],
        "releases": [{"release": "old", "live": False}, {"release": "new", "live": True}],
        "live": {"python": "CPython 3.11", "platform": "linux-x86_64"},
        "status": {"release": "new", "actions": [{"state": "healthy"}, {"state": "backoff"}]},
    }
    box = parse_box(report)
    assert (box.state, box.live, box.running, box.previous) == ("backoff", "new", "new", None)
    assert (box.targets, box.live_target) == ((LINUX,), LINUX)
    assert parse_box({**report, "status": None}).state == "unknown"
    assert parse_box({**report, "program": False, "releases": None, "status": None, "live": None}).state == "empty"


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ("inventory.py", True),
        ("inventory.py --canary a", True),
        ("inventory.py --build other", False),
        ("inventory.py status", False),
        ("--help", False),
    ],
)
def test_only_a_deployment_of_this_checkout_needs_a_build(arguments: str, needed: bool) -> None:
    assert needs_build(arguments.split()) is needed
