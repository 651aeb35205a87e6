"""No line of an action's output is lost or doubled, however often it is rotated and the supervisor is killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from collections.abc import Iterator

import pytest

from hero_assistance.action_names import SERVER
from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance.supervisor.logs.log_manager import CHECK_INTERVAL_S
from hero_assistance.supervisor.logs.query import read_lines_after
from hero_assistance_sdk.hero_proc.specs import ActionSpec, LogSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.paths import Paths
from tests.capabilities import HOLES, needs
from tests.supervisor.harness import Harness, one, wait_for
from tests.supervisor.log_follower import follow_log, numbers_by_writer

pytestmark = [
    pytest.mark.fault,
    needs(HOLES),
]

FULL = os.environ.get("FAULT_ROUNDS") == "full"
LINES = 1_000_000 if FULL else 50_000
KILLS = 200 if FULL else 8
# More than a writer of ten thousand lines a second needs for either.
DEADLINE_S = 900.0 if FULL else 60.0


@pytest.fixture
def harness(paths: Paths, hero_env: dict[str, str]) -> Iterator[Harness]:
    made = Harness(paths, hero_env)
    made.start_supervisor()
    yield made
    made.clean_up()


def counting(harness: Harness, last: int, *, max_bytes: int = 64 * 1024) -> ActionSpec:
    action = harness.action("count", name=SERVER, argument=f"{harness.socket('x')}:{last}", probed=False)
    return action.model_copy(update={"log": LogSpec(max_bytes=max_bytes, keep=1000)})


def read_all(place: LogLayout) -> list[str]:
    lines: list[str] = []
    page = read_lines_after(place.folder, place.action, "0:0:0")
    for _page in range(100_000):
        lines += page.lines
        if page.is_end:
            return lines
        page = read_lines_after(place.folder, place.action, page.cursor)
    raise AssertionError("it does not end")


def test_numbered_lines_through_rotation_and_two_deaths(harness: Harness) -> None:
    """Both who reads at the end and who has followed from the start have every line once."""
    place = LogLayout(harness.paths.logs, SERVER)
    with follow_log(harness, SERVER) as follower:
        harness.start_actions(counting(harness, LINES))
        for share in (0.3, 0.6):
            follower.wait_for(int(LINES * share), DEADLINE_S)
            harness.end_supervisor(signal.SIGKILL)
            # It writes on, and is followed, while nobody supervises.
            follower.wait_for(len(follower.lines()) + 1_000, DEADLINE_S)
            harness.start_supervisor()
        shown = follower.wait_for_end(f" {LINES - 1}", DEADLINE_S)
    ((_pid, numbers),) = numbers_by_writer(shown)
    assert numbers == list(range(LINES))
    assert read_all(place) == shown
    wait_for(lambda: place.live_path(1).stat().st_size - place.find_output(1).rotated < 64 * 1024, "all is rotated")
    assert len(place.find_output(1).segments) >= LINES * 10 // (64 * 1024)
    assert read_all(place) == shown


def test_the_supervisor_is_killed_again_and_again(harness: Harness) -> None:
    """Most of the kills come around the instant when it looks, and so rotates; the others anywhere."""
    chance = random.Random(20261122)  # noqa: S311
    place = LogLayout(harness.paths.logs, SERVER)
    # Kept as a whole for a quarter of an hour; the writer ends by itself, also when this test is cut off.
    harness.start_actions(counting(harness, 30_000_000, max_bytes=256 * 1024))
    pid = harness.until(lambda status: one(status, SERVER).pid is not None, "it runs").actions[0].pid
    for number in range(KILLS):
        assert harness.supervisor is not None
        near = chance.uniform(CHECK_INTERVAL_S - 0.1, CHECK_INTERVAL_S + 0.2)
        with pytest.raises(subprocess.TimeoutExpired):
            harness.supervisor.wait(near if number % 4 else chance.uniform(0, 2 * CHECK_INTERVAL_S))
        harness.end_supervisor(signal.SIGKILL)
        harness.start_supervisor()
    action = harness.until_state(ActionState.HEALTHY, SERVER)
    assert (action.pid, action.restarts) == (pid, 0)
    # How much of the output the killed ones came to rotate is chance; the last one has the time to do it all.
    wait_for(lambda: len(place.find_output(1).segments) > KILLS // 4, "it is rotated", DEADLINE_S)
    harness.stop()
    ((writer, numbers),) = numbers_by_writer(read_all(place))
    assert place.find_output(1).first == 0, "more was written than is kept"
    assert writer == pid
    assert numbers == list(range(len(numbers)))
