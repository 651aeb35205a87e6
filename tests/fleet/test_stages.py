"""What is decided of a fleet without a box: the order, who cannot get a release, and what a box needs for it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hero_assistance.releases.manifest import BUILD_FILE, SCHEMA
from hero_assistance.releases.sources.checksums import SUMS_FILE
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.zipapp.header import Target
from scripts.deploy.box import Box, parse_box
from scripts.deploy.build import Build, choose_build, read_all
from scripts.deploy.command_line import needs_build
from scripts.deploy.outcomes import BAD, Outcome, find_fault, judge
from scripts.deploy.stages import choose_returns, find_refusals, group_by_value, split_stages
from scripts.deploy.steps import Start, choose_rollback, choose_steps

pytestmark = pytest.mark.pure

LINUX, OTHER_PYTHON = Target("CPython 3.11", "linux-x86_64"), Target("CPython 3.12", "linux-x86_64")
MAC = Target("CPython 3.11", "darwin-arm64")
BUILD = Build("new", LINUX, Path("/dist"), Path("/dist/a.tar.zst"), "ab" * 32, Path("/dist/hero_assistance"))
OTHER_BUILD = replace(BUILD, release="new-312", target=OTHER_PYTHON, folder=Path("/dist-312"))
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
    found = find_refusals([box], [BUILD]).get("a")
    assert (found is None) == (reason is None)
    assert reason is None or reason in str(found)


@pytest.mark.parametrize(
    ("box", "chosen"),
    [
        (make_box(), BUILD),
        (make_box(targets=(OTHER_PYTHON,)), OTHER_BUILD),
        # It can run both: the first that was given, unless it runs the other one.
        (make_box(targets=(OTHER_PYTHON, LINUX)), BUILD),
        (make_box(targets=(LINUX, OTHER_PYTHON), live_target=OTHER_PYTHON), OTHER_BUILD),
        (make_box(targets=(MAC,)), None),
    ],
)
def test_each_box_gets_the_build_that_fits_it(box: Box, chosen: Build | None) -> None:
    assert choose_build(box, [BUILD, OTHER_BUILD]) == chosen
    reason = find_refusals([box], [BUILD, OTHER_BUILD]).get("a", "")
    assert bool(reason) == (chosen is None)
    assert chosen is not None or all(str(target) in reason for target in (LINUX, OTHER_PYTHON, MAC))


def test_boxes_of_a_stage_with_the_same_build_are_reached_at_once() -> None:
    values = {"a": "x", "b": "y", "c": "x", "d": "z"}
    assert group_by_value(["a", "b", "c"], values) == {"x": ["a", "c"], "y": ["b"]}


@pytest.mark.parametrize(
    ("second", "target", "said"),
    [
        ("1.0", OTHER_PYTHON, ""),
        ("1.0", LINUX, "are both for CPython 3.11 on linux-x86_64"),
        ("1.1", OTHER_PYTHON, "not of one version: 1.0 .*, 1.1 "),
    ],
)
def test_the_builds_of_a_fleet_are_of_one_version_and_for_different_targets(
    second: str, target: Target, said: str, tmp_path: Path
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder, version, for_target in zip(folders, ("1.0", second), (LINUX, target), strict=True):
        write_build(folder, version, for_target)
    if said:
        with pytest.raises(UsageError, match=said):
            read_all(folders)
    else:
        assert [build.target for build in read_all(folders)] == [LINUX, OTHER_PYTHON]


def write_build(folder: Path, version: str, target: Target) -> None:
    """As much of a build as a deployment reads."""
    folder.mkdir()
    archive, binary = folder / "a.tar.zst", {"name": CLI_NAME, "sha256": "ab" * 32, "size": 1}
    about = {"schema": SCHEMA, "release": f"{version}-{folder.name}", "version": version, "files": [binary]}
    manifest = {**about, "python": target.python, "platform": target.platform}
    (folder / BUILD_FILE).write_text(json.dumps(manifest))
    archive.write_bytes(b"")
    (folder / SUMS_FILE).write_text(f"{'cd' * 32}  {archive.name}\n")


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


@pytest.mark.parametrize(
    ("box", "flags"),
    [
        (make_box(releases=("old", "new")), [" --restart"]),
        (make_box(releases=("old", "new"), live_target=OTHER_PYTHON), [" --restart"]),
        (make_box(releases=("old", "new"), running=None, state="stopped"), ["", "start"]),
    ],
)
def test_where_the_release_is_installed_nothing_is_sent(box: Box, flags: list[str]) -> None:
    release = "/hero/var/releases/hero_assistance/new"
    steps = choose_steps(box, BUILD, Start(("--auth-mode", "dev")))
    assert steps.files == ()
    assert steps.commands[0] == f"sh {release}/{CLI_NAME} install {release}{flags[0]}"
    assert steps.commands[1:] == ((f"{CLI} --start --auth-mode dev",) if flags[1:] else ())


def test_a_signature_travels_with_its_archive() -> None:
    signature = Path("/dist/a.tar.zst.sig")
    steps = choose_steps(make_box(), replace(BUILD, signature=signature))
    assert steps.files == ((BUILD.archive, ARCHIVE), (signature, ARCHIVE.with_name("a.tar.zst.sig")))
    assert steps.commands[-1] == f"rm -f {ARCHIVE} {ARCHIVE}.sig"


def test_an_empty_box_gets_the_installer_and_is_started_with_its_flags() -> None:
    steps = choose_steps(make_empty_box(), BUILD, Start(("--auth-mode", "dev")))
    assert [target for _, target in steps.files] == [ARCHIVE, INSTALLER]
    assert steps.commands == (
        f"sh {INSTALLER} install {ARCHIVE} --sha256 {BUILD.sha256}",
        f"{CLI} --start --auth-mode dev",
        f"rm -f {ARCHIVE} {INSTALLER}",
    )


@pytest.mark.parametrize(
    "box",
    [
        make_empty_box(),
        make_box(state="stopped", running=None),
        make_box(state="stopped", running=None, releases=("old", BUILD.release)),
        make_box(state="stopped", running=None, live=BUILD.release),
    ],
)
def test_secrets_are_set_before_the_start_and_only_standard_input_has_them(box: Box) -> None:
    steps = choose_steps(box, BUILD, Start((), {"DATABASE": "postgresql://desk:s3cr3t@db/desk"}))
    setting = f"{CLI} secret set DATABASE -"
    assert steps.commands.index(setting) == steps.commands.index(f"{CLI} --start") - 1
    assert steps.inputs == {setting: "postgresql://desk:s3cr3t@db/desk"}
    assert "s3cr3t" not in repr(steps)


def test_a_desk_that_runs_keeps_its_secrets() -> None:
    start = Start((), {"DATABASE": "postgresql://desk@db/desk"})
    assert not any(" secret " in command for command in choose_steps(make_box(), BUILD, start).commands)
    assert not choose_steps(make_box(live="new", running="new"), BUILD, start)


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
    assert choose_returns(boxes, []) == {"a": "older", "b": "older"}


def test_boxes_of_two_platforms_go_back_each_to_its_own() -> None:
    other = make_box(
        "b",
        releases=("old-312", "older-312"),
        commits={"old-312": "1.1 abc", "older-312": "1.0 abc"},
        live="old-312",
        live_target=OTHER_PYTHON,
    )
    boxes = [make_box("a", commits={"old": "1.1 abc", "older": "1.0 abc"}), other]
    assert choose_returns(boxes, []) == {"a": "older", "b": "older-312"}
    assert choose_returns(boxes, ["older", "older-312"]) == {"a": "older", "b": "older-312"}
    with pytest.raises(UsageError, match="old and older are installed on a"):
        choose_returns(boxes, ["old", "older", "old-312"])
    with pytest.raises(UsageError, match="do not go back alike"):
        choose_returns([make_box("a", commits={"older": "0.9 abc"}), other], [])


@pytest.mark.parametrize(
    "other", [make_box("b", releases=("old", "bad", "older")), make_box("b", releases=("old",)), make_empty_box()]
)
def test_boxes_that_differ_need_a_name(other: Box) -> None:
    with pytest.raises(UsageError, match="do not go back alike"):
        choose_returns([make_box(), other], [])


def test_a_release_that_a_box_lacks_is_named_with_the_box() -> None:
    with pytest.raises(UsageError, match="release older is not installed on b"):
        choose_returns([make_box(), make_box("b", releases=("old",))], ["older"])


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
        "releases": [
            {"release": "old", "version": "1.0", "commit": None, "live": False},
            {"release": "new", "version": "1.1", "commit": "abc", "live": True},
        ],
        "live": {"python": "CPython 3.11", "platform": "linux-x86_64"},
        "status": {"release": "new", "actions": [{"state": "healthy"}, {"state": "backoff"}]},
    }
    box = parse_box(report)
    assert (box.state, box.live, box.running, box.previous) == ("backoff", "new", "new", None)
    assert (box.targets, box.live_target) == ((LINUX,), LINUX)
    assert box.commits == {"old": "1.0 ", "new": "1.1 abc"}
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
