"""The operations of pyinfra that take the steps of a box."""

from __future__ import annotations

from pyinfra.context import state
from pyinfra.operations import files, server

from deploy.box_facts import environment
from scripts.deploy.steps import Steps

# An install on a slow disk, and a restart that waits 30 s for its health, twice when it goes back.
_COMMAND_S = 600


def take_steps(name: str, steps: Steps) -> None:
    """Send the files, then run the commands; what they print is shown as it comes."""
    state.print_output = True
    for source, target in steps.files:
        files.put(name=f"{name}: send {source.name}", src=str(source), dest=str(target))
    for command in steps.commands:
        server.shell(
            name=f"{name}: run",
            commands=[command],
            _env=environment(),
            _timeout=_COMMAND_S,
            _stdin=steps.inputs.get(command),
        )
