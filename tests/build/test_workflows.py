"""The check of the workflows: what is wrong is refused, and named by file, line and rule."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.build.checks.workflows import FOLDER, WorkflowsRefused, check_workflows, main
from scripts.build.tool import ToolError
from scripts.build.workspace import REPOSITORY

GOOD = """\
name: good
on:
  push:
permissions: {}
concurrency:
  group: good
  cancel-in-progress: true
jobs:
  one:
    name: one
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - run: echo good
"""
UNPINNED = "      - run: echo good\n      - uses: actions/setup-python@v7\n"
INJECTION = "      - run: echo ${{ github.head_ref }}\n"


def checkout(folder: Path, workflow: str) -> Path:
    (folder / FOLDER).mkdir(parents=True)
    (folder / FOLDER / "w.yml").write_text(workflow)
    return folder


def test_the_workflows_of_the_repository_are_accepted() -> None:
    check_workflows(REPOSITORY)


def test_a_good_workflow_is_accepted(tmp_path: Path) -> None:
    check_workflows(checkout(tmp_path, GOOD))


@pytest.mark.parametrize(
    ("old", "new", "tool", "rule", "line"),
    [
        ("jobs:\n", "jobs: [\n", "actionlint", "syntax-check", 7),
        ("jobs:\n", "jobs: [\n", "zizmor", "unreadable", 0),
        ("ubuntu-24.04", "ubuntu-24.40", "actionlint", "runner-label", 11),
        ("    steps:", "    stepps:", "actionlint", "syntax-check", 13),
        ("      - run: echo good\n", INJECTION, "zizmor", "template-injection", 14),
        ("      - run: echo good\n", INJECTION, "actionlint", "expression", 14),
        ("      - run: echo good\n", UNPINNED, "zizmor", "unpinned-uses", 15),
        ("permissions: {}", "permissions: write-all", "zizmor", "excessive-permissions", 4),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, tool: str, rule: str, line: int) -> None:
    assert old in GOOD
    with pytest.raises(WorkflowsRefused) as refused:
        check_workflows(checkout(tmp_path, GOOD.replace(old, new)))
    found = [finding for finding in refused.value.findings if (finding.tool, finding.rule) == (tool, rule)]
    assert line in [finding.line for finding in found], str(refused.value)
    assert "w.yml" in str(found[0])


def test_a_checkout_without_workflows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="there is no workflow in"):
        check_workflows(tmp_path)


def test_the_command_ends_with_1_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["workflows", str(checkout(tmp_path, GOOD.replace("run:", "rum:")))])
    assert main() == 1
    assert ".github/workflows/w.yml:14" in capsys.readouterr().err


def workflow_texts() -> list[str]:
    return [file.read_text() for file in sorted((REPOSITORY / FOLDER).glob("*.yml"))]


def test_every_foreign_action_is_pinned_to_a_commit_and_says_its_version() -> None:
    for text in workflow_texts():
        for used in re.findall(r"uses: (.+)", text):
            assert used.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used


def test_no_checkout_keeps_its_credentials() -> None:
    for text in workflow_texts():
        assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_every_job_that_runs_has_a_time_limit() -> None:
    for text in workflow_texts():
        assert text.count("runs-on:") == text.count("timeout-minutes:")


def list_jobs(workflow: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((REPOSITORY / FOLDER / f"{workflow}.yml").read_text())["jobs"]
    return found


def join_commands(job: dict[str, Any]) -> str:
    return "\n".join(step.get("run", "") for step in job.get("steps", []))


@pytest.mark.parametrize("workflow", ["ci", "nightly"])
def test_a_job_on_linux_that_runs_tests_installs_what_they_need(workflow: str) -> None:
    """`.ci/run` and this list bring the same programs; in CI a test that lacks one fails."""
    runs_tests = re.compile(r"nox -s (tests|coverage|hunt|quarantine|faults)\b")
    commands = [join_commands(job) for job in list_jobs(workflow).values() if "ubuntu" in str(job["runs-on"])]
    of_tests = [command for command in commands if runs_tests.search(command)]
    assert of_tests
    for command in of_tests:
        assert "apparmor_restrict_unprivileged_userns=0" in command
        installed = re.search(r"apt-get install (.*)", command)
        assert installed is not None
        assert {"nginx", "caddy", "redis-server", "postgresql"} <= set(installed[1].split())


def test_the_nightly_run_on_postgresql_is_one_and_has_what_fails_it_over() -> None:
    everything = re.compile(r"nox -s tests_postgres$", re.MULTILINE)
    commands = map(join_commands, list_jobs("nightly").values())
    (command,) = [command for command in commands if everything.search(command)]
    assert "apparmor_restrict_unprivileged_userns=0" in command
    installed = re.search(r"apt-get install (.*)", command)
    assert installed is not None
    assert {"nginx", "caddy", "redis-server", "postgresql", "etcd-server"} <= set(installed[1].split())


def test_the_shards_of_the_nightly_hunt_are_all_of_them_and_are_merged() -> None:
    """All begin with one history: with other durations, a test could be in no shard."""
    jobs = list_jobs("nightly")
    shards = jobs["hunt"]["strategy"]["matrix"]["shard"]
    assert shards == list(range(1, len(shards) + 1))
    assert f'--shard "$SHARD/{len(shards)}"' in join_commands(jobs["hunt"])
    assert jobs["hunt"]["needs"] == "history"
    with_history = {name for name, job in jobs.items() if "name: history-" in yaml.safe_dump(job)}
    assert set(jobs["merge"]["needs"]) == with_history - {"history"}
    assert "flake_quarantine merge" in join_commands(jobs["merge"])


def test_what_has_not_been_seen_to_pass_holds_up_no_release() -> None:
    jobs = list_jobs("ci")
    on_macos = {
        name for name, job in jobs.items() if "macos" in str(job["runs-on"]) or "macos" in str(job.get("strategy"))
    }
    assert on_macos == {"macos"}
    assert jobs["macos"]["continue-on-error"] is True
    assert set(jobs["gate"]["needs"]) == set(jobs) - {"gate", *on_macos}
    build = list_jobs("release")["build"]
    assert build["continue-on-error"] == "${{ matrix.platform == 'macos-arm64' }}"


def test_what_is_released_has_been_started() -> None:
    build = join_commands(list_jobs("release")["build"])
    assert re.search(r"install dist\n.*--start.*\n.*status\n.*call ticket\.list\n.*--stop", build)


def test_the_check_of_a_bare_machine_brings_what_tests_need() -> None:
    """Programs whose lack CI does not expect on Linux; and it tests with the newest other Python that it finds."""
    script = (REPOSITORY / ".ci" / "run").read_text()
    for program in (
        "chromium-headless-shell",
        "nginx",
        "caddy",
        "redis-server",
        "redis-cli",
        "systemd-analyze",
        "curl",
    ):
        assert f" {program}:" in script
    assert script.index("nox -s newest") < script.index("nox -s tests ")
