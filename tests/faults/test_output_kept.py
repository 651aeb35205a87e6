"""No line of an action's output is lost or doubled, however often it is rotated and the supervisor is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from hero_assistance.action_names import SERVER
from hero_assistance.supervisor.logs.keeper import LOOK_S
from hero_assistance.supervisor.logs.pages import lines_after
from hero_assistance.supervisor.logs.places import Place
from hero_assistance_sdk.hero_proc.specs import ActionSpec, LogSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.paths import Paths
from tests.supervisor.following import following, numbers_by_writer
from tests.supervisor.stage import Stage, one, wait_for

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux frees a part of a file"),
]

FULL = os.environ.get("FAULT_ROUNDS") == "full"
LINES = 1_000_000 if FULL else 50_000
KILLS = 200 if FULL else 8
# More than a writer of ten thousand lines a second needs for either.
DEADLINE_S = 900.0 if FULL else 60.0


@pytest.fixture
def stage(paths: Paths, hero_env: dict[str, str]) -> Iterator[Stage]:
    made = Stage(paths, hero_env)
    made.raise_curtain()
    yield made
    made.clear()


def counting(stage: Stage, last: int, *, max_bytes: int = 64 * 1024) -> ActionSpec:
    action = stage.action("count", name=SERVER, argument=f"{stage.socket('x')}:{last}", probed=False)
    return action.model_copy(update={"log": LogSpec(max_bytes=max_bytes, keep=1000)})


def read_all(place: Place) -> list[str]:
    lines: list[str] = []
    page = lines_after(place.folder, place.action, "0:0:0")
    for _page in range(100_000):
        lines += page.lines
        if page.is_end:
            return lines
        page = lines_after(place.folder, place.action, page.cursor)
    raise AssertionError("it does not end")


def test_numbered_lines_through_rotation_and_two_deaths(stage: Stage) -> None:
    """Both who reads at the end and who has followed from the start have every line once."""
    place = Place(stage.paths.logs, SERVER)
    with following(stage, SERVER) as follower:
        stage.play(counting(stage, LINES))
        for share in (0.3, 0.6):
            follower.wait_for(int(LINES * share), DEADLINE_S)
            stage.end_supervisor(signal.SIGKILL)
            # It writes on, and is followed, while nobody supervises.
            follower.wait_for(len(follower.lines()) + 1_000, DEADLINE_S)
            stage.raise_curtain()
        shown = follower.until_shown(f" {LINES - 1}", DEADLINE_S)
    ((_pid, numbers),) = numbers_by_writer(shown)
    assert numbers == list(range(LINES))
    assert read_all(place) == shown
    wait_for(lambda: place.live(1).stat().st_size - place.output(1).rotated < 64 * 1024, "all is rotated")
    assert len(place.output(1).segments) >= LINES * 10 // (64 * 1024)
    assert read_all(place) == shown


def test_the_supervisor_is_killed_again_and_again(stage: Stage) -> None:
    """Most of the kills come around the instant when it looks, and so rotates; the others anywhere."""
    chance = random.Random(20261122)  # noqa: S311
    place = Place(stage.paths.logs, SERVER)
    # Kept as a whole for a quarter of an hour; the writer ends by itself, also when this test is cut off.
    stage.play(counting(stage, 30_000_000, max_bytes=256 * 1024))
    pid = stage.until(lambda status: one(status, SERVER).pid is not None, "it runs").actions[0].pid
    for number in range(KILLS):
        assert stage.supervisor is not None
        near = chance.uniform(LOOK_S - 0.1, LOOK_S + 0.2)
        with pytest.raises(subprocess.TimeoutExpired):
            stage.supervisor.wait(near if number % 4 else chance.uniform(0, 2 * LOOK_S))
        stage.end_supervisor(signal.SIGKILL)
        stage.raise_curtain()
    action = stage.until_state(ActionState.HEALTHY, SERVER)
    assert (action.pid, action.restarts) == (pid, 0)
    # How much of the output the killed ones came to rotate is chance; the last one has the time to do it all.
    wait_for(lambda: len(place.output(1).segments) > KILLS // 4, "it is rotated", DEADLINE_S)
    stage.stop()
    ((writer, numbers),) = numbers_by_writer(read_all(place))
    assert place.output(1).first == 0, "more was written than is kept"
    assert writer == pid
    assert numbers == list(range(len(numbers)))
