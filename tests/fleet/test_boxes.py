"""The machines of the fleet's tests: nothing is left of them."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack
from pathlib import Path

from tests.capabilities import NAMESPACES, SSH_KEYGEN, SSHD, needs
from tests.fleet.boxes import start_machine, started_boxes

pytestmark = needs(NAMESPACES, SSHD, SSH_KEYGEN)

_TIMEOUT_S = 20.0


def test_what_a_killed_command_has_started_ends_with_it(hero_root: Path) -> None:
    with started_boxes(hero_root, []) as network, ExitStack() as ends:
        host = start_machine(ends, network.controller)
        command = [*host.enter_alone(), "sh", "-c", "sleep 60 & echo started; wait"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "started\n"
            process.kill()
            # Its end comes when nothing has it open any more.
            said, _ = process.communicate(timeout=_TIMEOUT_S)
            assert said == ""
