"""The examples of the documentation: each is read by what reads it for real, or by its schema."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import yaml

from hero_assistance_sdk.zipapp.system_command import COMMAND
from scripts.build.packaging.base_system import USER_ID
from scripts.build.packaging.image import DATA, SOCKETS
from tests.builds import ROOT
from tests.capabilities import SYSTEMD, needs

EXAMPLES = ROOT / "deploy" / "examples"
KUBERNETES, NOMAD = EXAMPLES / "kubernetes.yaml", EXAMPLES / "nomad.hcl"
UNIT = EXAMPLES / "hero-assistance@.service"
_TIMEOUT_S = 120.0


def run(*command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    path = f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}"
    return subprocess.run(
        command, env={"PATH": path, **environ}, capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
    )


def read_pod() -> dict[str, Any]:
    documents = yaml.safe_load_all(KUBERNETES.read_text())
    found: dict[str, Any] = next(one for one in documents if one["kind"] == "Deployment")["spec"]["template"]["spec"]
    return found


def test_kubernetes_knows_every_field() -> None:
    done = run("kubernetes-validate", "--strict", str(KUBERNETES))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_field_that_kubernetes_does_not_know_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(KUBERNETES.read_text().replace("readOnlyRootFilesystem", "readOnlyRoot"))
    assert run("kubernetes-validate", "--strict", str(wrong)).returncode != 0


def test_the_pod_fits_the_image() -> None:
    pod = read_pod()
    [container] = pod["containers"]
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {DATA, SOCKETS, "/tmp"}
    assert (pod["securityContext"]["runAsUser"], pod["securityContext"]["fsGroup"]) == (USER_ID, USER_ID)


def test_a_pod_is_asked_whether_it_serves_and_not_whether_all_is_well() -> None:
    """Without an answer it gets no requests, or is killed; `status` fails for a replica that is behind, too."""
    [container] = read_pod()["containers"]
    assert container["startupProbe"]["tcpSocket"] == {"port": "page"}
    assert container["readinessProbe"]["exec"] == {"command": ["hero_assistance", "call", "system.health"]}


def test_the_job_of_nomad_is_read_and_fits_the_image() -> None:
    done = run("hcl2tojson", str(NOMAD))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.partition("{")[1] + done.stdout.partition("{")[2])["job"]
    text = NOMAD.read_text()
    assert [path for path in (DATA, SOCKETS, f"{USER_ID}:{USER_ID}") if f'"{path}"' not in text] == []


@needs(SYSTEMD)
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    assert f"ExecStart={COMMAND} run\n" in UNIT.read_text()
    # The command is not on the machine that tests.
    unit.write_text(UNIT.read_text().replace(COMMAND, "/bin/true"))
    instance = tmp_path / "hero-assistance@root.service"
    instance.symlink_to(unit)
    done = run("systemd-analyze", "verify", "--man=no", str(instance), XDG_RUNTIME_DIR=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
