"""What the tests of a fleet share: the program that deploys, and what one worker did for all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fleet.deploy_program import make_deploy_program


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run of the tests share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def deploy_program() -> list[str]:
    """The program that the session runs, as the words of a command."""
    return make_deploy_program()
