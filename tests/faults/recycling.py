"""A small world with a process table of its own, in which a pid can be given to somebody else on purpose.

`python -m tests.faults.recycling ROUNDS`, as process 1 of a pid namespace, plays the scenes and prints what came
of each as JSON: how often it was played, and what was hit that should not have been.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.hero_proc.specs import ActionSpec, ServiceSpec, StopSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.paths import Paths
from tests.supervisor.harness import PROGRAM, SERVICE, Harness, one, wait_for

NEXT_PID = Path("/proc/sys/kernel/ns_last_pid")
ROOT = "RECYCLING_ROOT"
SHOTS = "shots"
TRIES = 50
# Long enough for the pid to be given again meanwhile.
STOP_MS = 1_500


def foreign_with(pid: int) -> subprocess.Popen[bytes]:
    """A program of nobody's that has this pid, which is free."""
    for _try in range(TRIES):
        NEXT_PID.write_text(str(pid - 1))
        program = subprocess.Popen([sys.executable, "-I", PROGRAM, "stay", "0"], start_new_session=True)
        if program.pid == pid:
            return program
        end(program)
    raise SystemExit(f"the pid {pid} was not given again")


def end(program: subprocess.Popen[bytes]) -> bool:
    """End a program; true when it was still there."""
    was_there = program.poll() is None
    program.kill()
    program.wait()
    return was_there


def is_free(pid: int) -> bool:
    """Whether nobody has the pid; an orphan of ours is reaped, since this is process 1."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    return not Path(f"/proc/{pid}").exists()


def running(harness: Harness, action: ActionSpec) -> int:
    """The pid of the action once it is healthy."""
    harness.start_actions(action)
    pid = harness.until_state(ActionState.HEALTHY).pid
    assert pid is not None
    return pid


def while_the_supervisor_is_dead(harness: Harness) -> bool:
    """What ran has ended and its pid is a foreign program's when the next supervisor reads the record."""
    pid = running(harness, harness.action())
    harness.end_supervisor(signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: is_free(pid), "the pid is free")
    foreign = foreign_with(pid)
    harness.start_supervisor()
    harness.until_state(ActionState.HEALTHY)
    harness.stop()
    return end(foreign)


def between_two_signals(harness: Harness) -> bool:
    """The leader ends by itself, and its pid is a foreign program's while its child is waited for and killed."""
    pid = running(harness, harness.action("child").model_copy(update={"stop": StopSpec(timeout_ms=STOP_MS)}))
    wait_for(lambda: len(harness.descendants()) == 2, "the child runs")
    with harness.client() as client:
        client.service_stop(SERVICE)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: is_free(pid), "the pid is free")
    foreign = foreign_with(pid)
    harness.until_state(ActionState.STOPPED)
    return end(foreign)


def to_another_action(harness: Harness) -> bool:
    """An action that is done is started again after its pid was given to another action of the same supervisor."""
    shot = harness.action("crash", name="shot", argument="0", probed=False).model_copy(update={"is_process": False})
    with harness.client() as client:
        client.service_set(ServiceSpec(name=SHOTS, actions=(shot,)))
        client.service_start(SHOTS)
        wait_for(lambda: ended(client) == 1, "it ran")
        pid = client.job_list(SHOTS)[0].pid
        start_with(harness, pid)
        client.service_start(SHOTS)
        wait_for(lambda: ended(client) == 2, "it ran again")
    survived = one(harness.status())
    harness.stop()
    return (survived.pid, survived.restarts) == (pid, 0)


def ended(client: SupervisorClient) -> int:
    """How many starts of the one-shot have ended."""
    return sum(job.ended is not None for job in client.job_list(SHOTS))


def start_with(harness: Harness, pid: int) -> None:
    """Have the supervisor start an action that has this pid, which is free."""
    for _try in range(TRIES):
        NEXT_PID.write_text(str(pid - 1))
        if running(harness, harness.action()) == pid:
            return
        harness.stop()
    raise SystemExit(f"the pid {pid} was not given again")


SCENES: tuple[Callable[[Harness], bool], ...] = (while_the_supervisor_is_dead, between_two_signals, to_another_action)


def main(rounds: int) -> None:
    """Play every scene so many times; true is what they return when nobody was hit."""
    told = {}
    # Named otherwise than the setting, so that this process is not taken for one of those that run in the root's name.
    env = {**os.environ, "PATH_ROOT": os.environ[ROOT]}
    for scene in SCENES:
        played = []
        for _round in range(rounds):
            harness = Harness(Paths.from_environ(env), env)
            try:
                harness.start_supervisor()
                played.append(scene(harness))
            finally:
                harness.clean_up()
        told[scene.__name__] = {"rounds": len(played), "hit": played.count(False)}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
