"""Output under a real supervisor: rotation, following, times, and deaths of the processes around it."""

from __future__ import annotations

import shutil
import signal
import time

import pytest

from hero_assistance.action_names import SERVER
from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance.supervisor.logs.live_file import open_live_file
from hero_assistance.supervisor.logs.retention import RUNS_KEPT
from hero_assistance.supervisor.logs.time_index import read_marks as read_marks
from hero_assistance.supervisor.names import OWN_LOG
from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.hero_proc.specs import ActionSpec, LogSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.capabilities import HOLES, needs
from tests.supervisor.harness import SERVICE, Harness, wait_for
from tests.supervisor.log_follower import follow_log, numbers_by_writer

linux_only = needs(HOLES)


def counting(harness: Harness, last: int, *, keep: int = 1000) -> ActionSpec:
    """An action that writes `last` numbered lines, rotated as often as can be."""
    action = harness.action("count", name=SERVER, argument=f"{harness.socket('x')}:{last}", probed=False)
    return action.model_copy(update={"log": LogSpec(max_bytes=64 * 1024, keep=keep)})


@linux_only
def test_a_follower_sees_each_line_once_whatever_happens(supervised: Harness) -> None:
    """Through rotation, a restart of the action, and the supervisor's own death."""
    last = 40_000
    layout = LogLayout(supervised.paths.logs, SERVER)
    with follow_log(supervised, SERVER) as follower:
        supervised.start_actions(counting(supervised, last))
        follower.wait_for(10_000)
        with supervised.client() as client:
            client.service_restart(SERVICE)
        follower.wait_for(30_000)
        supervised.end_supervisor(signal.SIGKILL)
        shown = len(follower.lines())
        follower.wait_for(shown + 1)
        supervised.start_supervisor()
        follower.wait_for_end(f" {last - 1}")
        wait_for(lambda: len(layout.find_output(2).segments) >= 3, "it was rotated")
        first, second = numbers_by_writer(follower.lines())
        assert first[1] == list(range(len(first[1])))
        assert second[1] == list(range(last))
        with supervised.client() as client:
            runs = [job.run for job in client.job_list(SERVICE)]
    assert runs == [2]


@linux_only
def test_what_is_too_much_goes_and_the_rest_is_whole(supervised: Harness) -> None:
    last = 30_000
    supervised.start_actions(counting(supervised, last, keep=2))
    layout = LogLayout(supervised.paths.logs, SERVER)
    wait_for(lambda: layout.find_output(1).first > 0, "something went")
    wait_for(lambda: layout.live_path(1).read_bytes().endswith(f" {last - 1}\n".encode()), "all is written")
    wait_for(lambda: layout.live_path(1).stat().st_size - layout.find_output(1).rotated < 64 * 1024, "all is rotated")
    with supervised.client() as client:
        page = client.logs_query(SERVER, lines=10_000, cursor="0:0:0")
        texts = list(page.lines)
        while not page.is_end:
            page = client.logs_query(SERVER, lines=10_000, cursor=page.cursor)
            texts += page.lines
    (numbers,) = [numbers for _pid, numbers in numbers_by_writer(texts)]
    assert numbers == list(range(last - len(numbers), last))
    files = [*layout.run_folder.glob("*.log")]
    assert sum(file.stat().st_blocks * 512 for file in files) <= 4 * 64 * 1024 + 2 * 64 * 1024


def test_lines_are_asked_for_by_start_and_by_time(supervised: Harness) -> None:
    supervised.start_actions(supervised.action("environment", name="one"))
    supervised.until_state(ActionState.HEALTHY)
    layout = LogLayout(supervised.paths.logs, "one")
    wait_for(lambda: len(read_marks(layout.marks_path(1))) > 0, "it is noted when it wrote")
    marked = read_marks(layout.marks_path(1))[-1].at_ms
    with supervised.client() as client:
        client.service_restart(SERVICE)
        supervised.until(
            lambda status: status.actions[0].pid is not None and layout.live_path(2).exists(), "it is restarted"
        )
        supervised.until_state(ActionState.HEALTHY)
        both = client.logs_query("one")
        assert set(both.runs) == {1, 2}
        of_second = client.logs_query("one", run=2)
        assert of_second.lines == both.lines[both.runs.index(2) :]
        since = client.logs_query("one", since_ms=marked)
        assert since.lines == of_second.lines
        assert client.logs_query("one", since_ms=int(time.time() * 1000) + 60_000, run=1).lines == ()
        with pytest.raises(NotFound, match="no output of attempt 7"):
            client.logs_query("one", run=7)
        with pytest.raises(RpcFailure) as refused:
            client.logs_query("one", since_ms=marked, cursor=both.cursor)
        assert "not both" in str(refused.value.data["faults"])


def test_an_action_that_failed_again_and_again_fills_no_folder(supervised: Harness) -> None:
    failed = RUNS_KEPT + 10
    layout = LogLayout(supervised.paths.logs, "one")
    for run in range(1, failed + 1):
        with open_live_file(layout, run) as file:
            file.write(b"about to fail\n")
    supervised.start_actions(supervised.action("environment", name="one"))
    wait_for(lambda: len(layout.list_outputs()) <= RUNS_KEPT, "the oldest are removed")
    wait_for(lambda: len(read_marks(layout.marks_path(failed + 1))) > 0, "what runs is watched")
    assert [output.run for output in layout.list_outputs()] == list(range(12, failed + 2))
    with supervised.client() as client:
        assert len(set(client.logs_query("one").runs)) == RUNS_KEPT
    assert " log." not in supervised.log.read_text()


def test_a_log_folder_that_is_removed_comes_back_with_the_next_start(supervised: Harness) -> None:
    supervised.start_actions(supervised.action("environment", name="one"))
    first = supervised.until_state(ActionState.HEALTHY)
    with supervised.client() as client:
        before = client.logs_query("one")
        shutil.rmtree(supervised.paths.logs)
        assert client.logs_query("one").lines == ()
        assert client.logs_query("one", cursor=before.cursor).lines == ()
        assert supervised.until_state(ActionState.HEALTHY).pid == first.pid
        client.service_restart(SERVICE)
        supervised.until(lambda status: status.actions[0].pid not in (None, first.pid), "it is restarted")
        supervised.until_state(ActionState.HEALTHY)
        after = client.logs_query("one", cursor=before.cursor)
    assert len(after.lines) == len(before.lines)
    assert set(after.runs) == {2}


def test_numbers_of_starts_go_on_while_their_output_is_kept(supervised: Harness) -> None:
    """Also when the service was stopped, and another supervisor knows nothing of the starts before."""
    supervised.start_actions(supervised.action("environment", name="one"))
    supervised.until_state(ActionState.HEALTHY)
    supervised.stop()
    supervised.end_supervisor(signal.SIGTERM)
    supervised.start_supervisor()
    supervised.start_actions(supervised.action("environment", name="one"))
    supervised.until_state(ActionState.HEALTHY)
    with supervised.client() as client:
        assert [job.run for job in client.job_list(SERVICE)] == [2]
        assert set(client.logs_query("one").runs) == {1, 2}


@linux_only
def test_the_log_of_the_supervisor_itself_is_rotated(harness: Harness) -> None:
    harness.log.parent.mkdir(parents=True)
    lines = [f"{number:0100}" for number in range(120_000)]
    harness.log.write_text("".join(f"{line}\n" for line in lines))
    harness.start_supervisor()
    layout = LogLayout(harness.paths.logs, OWN_LOG)
    wait_for(lambda: layout.find_output(0).rotated > 0, "it is rotated")
    (segment,) = layout.find_output(0).segments
    assert LogSpec().max_bytes - 200 < segment.size <= LogSpec().max_bytes
    with harness.client() as client:
        page = client.logs_query(OWN_LOG, lines=10_000)
    texts = list(page.lines)
    assert texts[: texts.index(lines[-1]) + 1] == lines[-texts.index(lines[-1]) - 1 :]
    assert any("supervisor.ready" in text for text in texts)
    assert not any("log." in text for text in texts)


def test_a_log_that_somebody_removes_is_named_once(supervised: Harness) -> None:
    supervised.start_actions(supervised.action("environment", name="one"))
    supervised.until_state(ActionState.HEALTHY)
    layout = LogLayout(supervised.paths.logs, "one")
    wait_for(lambda: len(read_marks(layout.marks_path(1))) > 0, "it is watched")
    layout.live_path(1).unlink()
    wait_for(lambda: "log.gone action=one run=1" in supervised.log.read_text(), "it is said")
    with supervised.client() as client:
        client.service_restart(SERVICE)
    wait_for(lambda: len(read_marks(layout.marks_path(2))) > 0, "the next one is watched")
    assert supervised.log.read_text().count("log.gone") == 1
