"""The rules of stored output without files: names, retention, cursors, and which marks stay."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance.supervisor.logs.cursor import Position, find_unread, format_cursor, parse_cursor, resume_offset
from hero_assistance.supervisor.logs.layout import LogLayout, RunOutput, Segment, parse_names
from hero_assistance.supervisor.logs.retention import StoredOutput, select_surplus
from hero_assistance.supervisor.logs.time_index import TimeMark, find_offset, thin_marks

pytestmark = pytest.mark.pure

FOLDER = Path("/logs")
NUMBERS = st.integers(0, 10**12)


def test_names_tell_runs_and_their_segments_in_order() -> None:
    names = ["12.log", "2.100-250.log", "2.log", "2.0-100.log", "1.0-7.log", "2.marks"]
    assert parse_names(names) == (
        RunOutput(1, (Segment(1, 0, 7),)),
        RunOutput(2, (Segment(2, 0, 100), Segment(2, 100, 250)), is_live=True),
        RunOutput(12, is_live=True),
    )


@pytest.mark.parametrize(
    "name", ["0.log", "01.log", "x.log", "1.log.gz", ".1.log", ".1.0-5.log.99", "1.0-5", "1.-5.log", "1.5.log", "١.log"]
)
def test_a_name_that_means_nothing_is_passed_over(name: str) -> None:
    assert parse_names([name]) == ()


@given(st.builds(Segment, NUMBERS, NUMBERS, NUMBERS))
def test_the_name_of_a_segment_is_read_back(segment: Segment) -> None:
    name = LogLayout(FOLDER, "one").segment_path(segment).name
    assert parse_names([name])[0].segments == (segment,)


def test_no_file_of_one_action_is_a_file_of_another() -> None:
    actions = ("a", "a.log", "a.d", "a.1", "a.d.log")
    files = [
        path
        for action in actions
        for path in (LogLayout(FOLDER, action).live_path(0), LogLayout(FOLDER, action).run_folder)
    ]
    assert len(set(files)) == len(files)


@given(st.lists(st.builds(Position, NUMBERS, NUMBERS, NUMBERS), min_size=1))
def test_a_cursor_is_read_back(positions: list[Position]) -> None:
    assert parse_cursor(format_cursor(positions)) == tuple(positions)


@pytest.mark.parametrize(
    ("cursor", "runs", "expected"),
    [
        pytest.param([(3, 50)], [3], [(3, 50)], id="goes on where it was"),
        pytest.param([(3, 50)], [3, 4], [(3, 50), (4, 0)], id="a newer run is new"),
        pytest.param([(3, 50)], [1, 2, 3], [(3, 50)], id="an older run that is not named has been read"),
        pytest.param([(2, 5), (3, 50)], [2, 3], [(2, 5), (3, 50)], id="an older run that is still written"),
        pytest.param([(2, 5), (3, 50)], [3], [(3, 50)], id="a run that is gone"),
        pytest.param([(7, 50)], [1, 2], [(1, 0), (2, 0)], id="the folder was removed and filled again"),
        pytest.param([(0, 0)], [0, 4], [(0, 0), (4, 0)], id="the beginning"),
        pytest.param([(3, 50)], [], [], id="nothing is there"),
    ],
)
def test_where_a_reader_goes_on(
    cursor: list[tuple[int, int]], runs: list[int], expected: list[tuple[int, int]]
) -> None:
    found = find_unread([Position(run, offset) for run, offset in cursor], runs)
    assert [(position.run, position.offset) for position in found] == expected


@pytest.mark.parametrize(
    ("position", "end", "offset"),
    [
        pytest.param((50, 1), (80, 1), 50, id="it grew"),
        pytest.param((50, 1), (50, 1), 50, id="it did not"),
        pytest.param((50, 1), (20, 1), 0, id="it was cut"),
        pytest.param((50, 1), (80, 2), 0, id="it is another file"),
        pytest.param((50, 0), (80, 2), 50, id="there was none before"),
        pytest.param((50, 1), (40, 0), 50, id="only a segment is left of it"),
    ],
)
def test_where_a_reader_goes_on_in_a_run(position: tuple[int, int], end: tuple[int, int], offset: int) -> None:
    assert resume_offset(Position(3, *position), Position(3, *end)) == offset


RISING = st.lists(st.tuples(st.integers(1, 200_000), st.integers(1, 500)), max_size=60).map(
    lambda steps: [
        TimeMark(sum(step[0] for step in steps[: index + 1]), sum(step[1] for step in steps[: index + 1]))
        for index in range(len(steps))
    ]
)


@given(marks=RISING, at=st.integers(0, 12_000_000), later=st.integers(0, 10**10))
def test_thinned_marks_omit_nothing_and_keep_the_resolution(marks: list[TimeMark], at: int, later: int) -> None:
    now = (marks[-1].at_ms if marks else 0) + later
    kept = thin_marks(marks, now)
    assert set(kept) <= set(marks)
    assert find_offset(kept, at) <= find_offset(marks, at)
    # A second, or a thousandth of how long ago it was.
    spacing_ms = max(1_000, (now - at) // 1_000 + 1)
    assert find_offset(kept, at) >= find_offset(marks, at - spacing_ms - 1_000)


@given(marks=RISING, first=st.integers(0, 30_000), at=st.integers(0, 12_000_000))
def test_marks_of_what_is_gone_are_not_needed(marks: list[TimeMark], first: int, at: int) -> None:
    kept = thin_marks(marks, 0, first)
    assert max(first, find_offset(kept, at)) == max(first, find_offset(thin_marks(marks, 0), at))
    assert sum(mark.offset < first for mark in kept) <= 1


def test_a_month_of_marks_is_a_few_thousand() -> None:
    marks = [TimeMark(second * 1000, second) for second in range(0, 30 * 86_400, 10)]
    kept = thin_marks(marks, marks[-1].at_ms)
    assert len(kept) < 12_000
    assert thin_marks(kept, marks[-1].at_ms) == kept
    for age_s in (10, 60, 600, 7_200, 86_400, 20 * 86_400):
        wanted_s = marks[-1].offset - age_s
        assert 0 <= wanted_s - find_offset(kept, wanted_s * 1000) <= max(10, age_s // 1_000 + 10)


def test_a_clock_that_is_set_back_omits_nothing() -> None:
    marks = [TimeMark(1_000, 10), TimeMark(9_000, 20), TimeMark(2_000, 30), TimeMark(3_000, 40)]
    assert find_offset(marks, 2_500) == 10


def held(run: int, sizes: list[int], live: int, *, finished: bool) -> StoredOutput:
    edges = [sum(sizes[:index]) for index in range(len(sizes) + 1)]
    segments = tuple(Segment(run, start, end) for start, end in pairwise(edges))
    return StoredOutput(RunOutput(run, segments, is_live=True), live, finished)


@pytest.mark.parametrize(
    ("one", "gone"),
    [
        pytest.param([held(1, [10, 10, 10], 5, finished=False)], [], id="as much as is kept"),
        pytest.param(
            [held(1, [10, 10, 10, 10, 10], 5, finished=False)],
            [Segment(1, 0, 10), Segment(1, 10, 20)],
            id="the oldest segments",
        ),
        pytest.param([held(1, [40], 5, finished=False)], [], id="the last segment stays"),
        pytest.param([held(1, [], 99, finished=True)], [], id="the newest run stays"),
        pytest.param(
            [held(1, [10, 10], 5, finished=True), held(2, [10], 0, finished=False)],
            [Segment(1, 0, 10)],
            id="a run goes by segments first",
        ),
        pytest.param(
            [held(1, [10, 10], 5, finished=True), held(2, [10, 10, 10], 0, finished=False)],
            [Segment(1, 0, 10), 1],
            id="then what is left of it at once",
        ),
        pytest.param(
            [held(1, [10, 10], 5, finished=False), held(2, [10, 10, 10], 0, finished=False)],
            [Segment(1, 0, 10), Segment(2, 0, 10)],
            id="a live file that is format_cursor to stays, and its last segment",
        ),
        pytest.param(
            [held(run, [], 0, finished=True) for run in range(1, 6)],
            [1, 2],
            id="too many runs",
        ),
        pytest.param(
            [held(1, [5, 5], 0, finished=True), *(held(run, [], 0, finished=True) for run in range(2, 5))],
            [Segment(1, 0, 5), 1],
            id="one of too many runs goes whole",
        ),
    ],
)
def test_what_goes(one: list[StoredOutput], gone: list[Segment | int]) -> None:
    assert list(select_surplus(one, allowed=30, runs=3)) == gone


@given(
    st.lists(st.tuples(st.lists(st.integers(1, 30), max_size=4), st.integers(0, 30), st.booleans()), max_size=8),
    st.integers(0, 100),
)
def test_what_is_left_can_be_read_and_is_little(runs: list[tuple[list[int], int, bool]], allowed: int) -> None:
    one = [held(run, sizes, live, finished=done) for run, (sizes, live, done) in enumerate(runs, 1)]
    gone = list(select_surplus(one, allowed, runs=3))
    whole = {run for run in gone if isinstance(run, int)}
    assert all(item.output.run not in whole or item.finished for item in one)
    assert not one or one[-1].output.run not in whole
    left = {item.output.run: [part for part in item.output.segments if part not in gone] for item in one}
    for item in one:
        if item.output.run not in whole and item.output.segments:
            assert left[item.output.run][-1] == item.output.segments[-1]
    stay = [item for item in one if item.output.run not in whole]
    tails = sum(item.live_bytes for item in stay[:-1] if item.finished)
    counted = tails + sum(part.size for item in stay for part in left[item.output.run])
    least = tails + sum(item.output.segments[-1].size for item in stay if item.output.segments)
    assert counted <= max(allowed, least)
    assert len(stay) <= 3 or not any(item.finished for item in stay[:-1])
