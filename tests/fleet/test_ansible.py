"""The playbook of the examples, run by Ansible over real sshd on a box: one story, each step of which is a fact."""

from __future__ import annotations

import json
import re
import runpy
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from hero_assistance_sdk.files.file_lock import lock_file
from scripts.build.release.archive import write_archive
from scripts.build.release.manifest import read_manifest
from tests.builds import ROOT, rebranded
from tests.capabilities import NAMESPACES, SSH_KEYGEN, SSHD, needs
from tests.fleet.boxes import BoxNetwork, started_boxes
from tests.fleet.fleet_story import BROKEN, PLAY_S

pytestmark = needs(NAMESPACES, SSHD, SSH_KEYGEN)
PLAYBOOK = ROOT / "deploy" / "examples" / "playbook.yml"
BOX = "box-1"


@dataclass(frozen=True)
class Run:
    """What a run printed, how it ended, and how the box was afterwards."""

    status: int
    printed: str
    desk: dict[str, Any]

    def count(self, what: str) -> int:
        """A number of the recap, such as `changed`."""
        found = re.search(rf"^{BOX} .*\b{what}=(\d+)", self.printed, re.MULTILINE)
        assert found is not None, self.printed
        return int(found[1])

    @property
    def states(self) -> set[str]:
        """The states of the box's actions."""
        return {action["state"] for action in self.desk["actions"]}


@pytest.fixture(scope="module")
def runs(dist: Path, deploy_program: list[str], run_folder: Path) -> dict[str, Run]:
    """The first worker that asks plays the story, the others wait and read what it kept."""
    kept = run_folder / "ansible.json"
    with lock_file(run_folder / "ansible.lock", wait_s=PLAY_S):
        if not kept.exists():
            played = play(dist, Path(deploy_program[2]).with_name("ansible-playbook"))
            kept.write_text(json.dumps({name: asdict(run) for name, run in played.items()}))
    return {name: Run(**run) for name, run in json.loads(kept.read_text()).items()}


def play(dist: Path, program: Path) -> dict[str, Run]:
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder, TemporaryDirectory(prefix="builds") as builds:
        broken = rebranded(dist, Path(builds, "broken"), BROKEN, break_binary="hero_assistance_server")
        write_archive(broken)
        with started_boxes(Path(folder), [BOX]) as network:
            inventory = write_inventory(network, Path(folder))
            builds_in_turn = {"first": dist, "again": dist, "broken": broken}
            return {name: run(network, program, inventory, build) for name, build in builds_in_turn.items()}


def run(network: BoxNetwork, program: Path, inventory: Path, build: Path) -> Run:
    settings = ["LC_ALL=C.UTF-8", f"ANSIBLE_HOME={inventory.parent}/ansible", "ANSIBLE_NOCOLOR=1"]
    command = ["env", *settings, str(program), "-i", str(inventory), str(PLAYBOOK), "-e", f"build={build}"]
    status, printed, told = network.run(command, lambda _line: None)
    [box] = network.boxes
    desk = box.run("env", f"PATH_ROOT={box.root}", str(box.root / "bin" / "hero_assistance"), "status", "--json")
    return Run(status, printed + told, json.loads(desk))


def write_inventory(network: BoxNetwork, folder: Path) -> Path:
    """The boxes as Ansible reads them; JSON is YAML."""
    hosts = {name: describe(data) for name, data in runpy.run_path(str(network.inventory))["boxes"]}
    path = folder / "inventory.yml"
    path.write_text(json.dumps({"desks": {"hosts": hosts}}))
    return path


def describe(data: dict[str, Any]) -> dict[str, Any]:
    hosts = f"-o UserKnownHostsFile={data['ssh_known_hosts_file']} -o StrictHostKeyChecking=yes"
    environ = data["hero_environment"]
    return {
        "ansible_host": data["ssh_hostname"],
        "ansible_port": data["ssh_port"],
        "ansible_user": data["ssh_user"],
        "ansible_ssh_private_key_file": data["ssh_key"],
        # A connection that Ansible keeps open would outlive the test.
        "ansible_ssh_common_args": f"-F none {hosts} -o ControlMaster=no -o ControlPath=none",
        "ansible_remote_tmp": f"{environ['PATH_ROOT']}/ansible",
        "ansible_python_interpreter": f"{environ['PATH'].partition(':')[0]}/python3",
        "hero_environment": environ,
        "hero_start": list(data["hero_start"]),
    }


def test_an_empty_box_becomes_healthy(runs: dict[str, Run], dist: Path) -> None:
    assert runs["first"].status == 0, runs["first"].printed
    assert runs["first"].desk["release"] == read_manifest(dist)["release"]
    assert runs["first"].states == {"healthy"}


def test_a_second_run_changes_nothing(runs: dict[str, Run]) -> None:
    assert runs["again"].status == 0, runs["again"].printed
    assert runs["again"].count("changed") == 0


def test_a_release_that_is_not_healthy_fails_and_goes_back(runs: dict[str, Run], dist: Path) -> None:
    assert runs["broken"].status != 0
    assert runs["broken"].count("failed") == 1
    assert f"release {BROKEN} did not become healthy" in runs["broken"].printed
    assert runs["broken"].desk["release"] == read_manifest(dist)["release"]
    assert runs["broken"].states == {"healthy"}
