"""The environment of `nox -s deploy`, made once: its boxes are in a network without a package index."""

from __future__ import annotations

import os
import subprocess

from hero_assistance_sdk.files.file_lock import lock_file
from scripts.build.workspace import Workspace
from tests.builds import ROOT

_ENVIRONMENT = ROOT / ".nox" / "deploy"
_INSTALL_S = 300.0


def make_deploy_program() -> list[str]:
    """Make the environment unless it is there, and return the program of the session as the words of a command."""
    _ENVIRONMENT.parent.mkdir(exist_ok=True)
    with lock_file(_ENVIRONMENT.parent / ".deploy.lock", wait_s=_INSTALL_S):
        command = [str(ROOT / "buildenv.sh"), "nox", "-s", "deploy", "--install-only", "--", "--help"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=_INSTALL_S)
    assert done.returncode == 0, done.stderr
    sources = [str(package.folder / "src") for package in Workspace().packages.values()]
    path = os.pathsep.join([str(ROOT), *sources])
    return ["env", f"PYTHONPATH={path}", str(_ENVIRONMENT / "bin" / "python"), "-m", "scripts.deploy"]
