"""Rotating output: no line is lost or doubled, disk space is freed, and surplus output is removed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hero_assistance.supervisor.logs.cursor import BEGINNING, format_cursor
from hero_assistance.supervisor.logs.hole_punching import can_punch_holes
from hero_assistance.supervisor.logs.layout import LogLayout, Segment
from hero_assistance.supervisor.logs.live_file import is_written, open_live_file
from hero_assistance.supervisor.logs.query import read_last_lines, read_lines_after, read_lines_since
from hero_assistance.supervisor.logs.rotation import remove_surplus, rotate
from hero_assistance.supervisor.logs.time_index import TimeMark
from hero_assistance.supervisor.logs.time_index import append_mark as add_mark
from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.hero_proc.specs import LogSpec
from tests.capabilities import HOLES, needs

SMALL = LogSpec(max_bytes=64 * 1024, keep=1000)
START = format_cursor(BEGINNING)

pytestmark = needs(HOLES)


@pytest.fixture
def layout(tmp_path: Path) -> LogLayout:
    return LogLayout(tmp_path, "one")


def write_run(layout: LogLayout, run: int, first: int, last: int) -> list[str]:
    """A run that has ended; the lines it wrote, some 20 bytes each."""
    lines = [f"{number:08} {'x' * 10}" for number in range(first, last)]
    with open_live_file(layout, run) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
    return lines


def rotate_all(layout: LogLayout, run: int, spec: LogSpec = SMALL) -> int:
    """Rotate until there is nothing to do; how often it was."""
    for count in range(10_000):
        if not rotate(layout, run, spec):
            return count
    raise AssertionError("it does not end")


def read_all(layout: LogLayout, cursor: str = START, step: int = 10_000, run: int | None = None) -> list[str]:
    lines: list[str] = []
    for _page in range(100_000):
        page = read_lines_after(layout.folder, layout.action, cursor, step, run)
        lines += page.lines
        if page.is_end:
            return lines
        cursor = page.cursor
    raise AssertionError("it does not end")


def test_rotated_lines_are_read_as_if_nothing_had_happened(layout: LogLayout) -> None:
    lines = write_run(layout, 1, 0, 40_000)
    cursors = [read_lines_after(layout.folder, "one", START, count).cursor for count in (0, 1, 3_000, 10_000)]
    assert rotate_all(layout, 1) == 12
    assert read_all(layout) == lines
    assert [read_all(layout, cursor) for cursor in cursors] == [lines[count:] for count in (0, 1, 3_000, 10_000)]
    for count in (0, 1, 2_500, 3_500, 10_000):
        assert list(read_last_lines(layout.folder, "one", count).lines) == lines[len(lines) - count :]


def test_a_segment_holds_whole_lines(layout: LogLayout) -> None:
    lines = write_run(layout, 1, 0, 10_000)
    rotate_all(layout, 1)
    segments = layout.find_output(1).segments
    texts = [layout.segment_path(segment).read_text() for segment in segments]
    assert all(text.endswith("\n") and len(text) == segment.size for text, segment in zip(texts, segments, strict=True))
    assert "".join(texts).split() == " ".join(lines).split()[: len("".join(texts).split())]


def test_the_disk_gets_back_what_is_in_segments(layout: LogLayout) -> None:
    write_run(layout, 1, 0, 40_000)
    before = layout.live_path(1).stat()
    rotate_all(layout, 1)
    after = layout.live_path(1).stat()
    assert after.st_size == before.st_size
    assert after.st_blocks * 512 <= after.st_size - layout.find_output(1).rotated + 2 * 64 * 1024


def test_what_is_written_while_it_is_rotated_is_kept(layout: LogLayout) -> None:
    """A reader and a rotation at full speed next to a writer: each line once, in order."""
    count = 200_000
    begun, done = threading.Event(), threading.Event()

    def write() -> None:
        with open_live_file(layout, 1) as file:
            begun.set()
            for number in range(0, count, 100):
                file.write("".join(f"{one}\n" for one in range(number, number + 100)).encode())
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(20)
    read: list[str] = []
    cursor = START
    while len(read) < count:
        was_done = done.is_set()
        rotate(layout, 1, SMALL)
        page = read_lines_after(layout.folder, "one", cursor)
        read += page.lines
        cursor = page.cursor
        assert page.lines or not was_done
    writer.join()
    assert read == [str(number) for number in range(count)]
    assert len(layout.find_output(1).segments) > 10


def test_a_line_longer_than_a_segment_is_read_whole(layout: LogLayout) -> None:
    with open_live_file(layout, 1) as file:
        file.write(b"first\n" + b"x" * 300_000 + b"\nlast\n")
    assert rotate_all(layout, 1) == 5
    assert read_all(layout) == ["first", "x" * 300_000, "last"]
    assert read_last_lines(layout.folder, "one", 2).lines == ("x" * 300_000, "last")


def test_bytes_that_are_no_text_are_rotated_as_they_are(layout: LogLayout) -> None:
    content = os.urandom(500_000)
    with open_live_file(layout, 1) as file:
        file.write(content)
    rotate_all(layout, 1)
    segments = layout.find_output(1).segments
    assert b"".join(layout.segment_path(segment).read_bytes() for segment in segments) == content[: segments[-1].end]
    expected = [part.removesuffix(b"\r").decode(errors="replace") for part in content.split(b"\n")]
    assert read_all(layout) == expected


def test_runs_follow_each_other_and_can_be_read_alone(layout: LogLayout) -> None:
    runs = {run: write_run(layout, run, run * 10_000, run * 10_000 + 5_000) for run in (1, 2, 3)}
    rotate_all(layout, 2)
    assert read_all(layout, step=777) == [line for lines in runs.values() for line in lines]
    page = read_last_lines(layout.folder, "one", 6_000)
    assert list(page.lines) == [*runs[2][-1_000:], *runs[3]]
    assert page.runs == (2,) * 1_000 + (3,) * 5_000
    assert read_all(layout, run=2) == runs[2]
    assert list(read_last_lines(layout.folder, "one", 3, run=1).lines) == runs[1][-3:]
    with pytest.raises(NotFound) as refused:
        read_last_lines(layout.folder, "one", 1, run=9)
    assert refused.value.hint == "there is that of: 1, 2, 3"


def test_an_older_run_that_still_writes_is_followed_beside_the_newer_one(layout: LogLayout) -> None:
    """As while a successor takes over: both write, and no line of either is missed."""
    with open_live_file(layout, 1) as old:
        old.write(b"old 1\n")
        with open_live_file(layout, 2) as new:
            new.write(b"new 1\n")
            page = read_lines_after(layout.folder, "one", START)
            assert page.lines == ("old 1", "new 1")
            old.write(b"old 2\n")
            new.write(b"new 2\n")
            page = read_lines_after(layout.folder, "one", page.cursor)
            assert page.lines == ("old 2", "new 2")
        old.write(b"old 3")
    assert read_lines_after(layout.folder, "one", page.cursor).lines == ("old 3",)


def test_the_last_words_of_a_run_need_no_line_break(layout: LogLayout) -> None:
    with open_live_file(layout, 1) as file:
        file.write(b"first\nout of mem")
        assert is_written(layout, 1)
        assert read_lines_after(layout.folder, "one", START).lines == ("first",)
        assert read_last_lines(layout.folder, "one", 5).lines == ("first",)
    assert not is_written(layout, 1)
    assert read_lines_after(layout.folder, "one", START).lines == ("first", "out of mem")
    assert read_lines_after(layout.folder, "one", START, 1).lines == ("first",)
    assert read_last_lines(layout.folder, "one", 1).lines == ("out of mem",)


def test_whoever_inherited_the_output_holds_it(layout: LogLayout) -> None:
    """No supervisor has to see the end of the process, or of the one that it left."""
    script = "import subprocess,sys; subprocess.Popen([sys.executable, '-c', 'input()'], stdin=0)"
    with open_live_file(layout, 1) as file:
        child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=file)
        assert child.wait(20) == 0
    assert child.stdin is not None
    assert is_written(layout, 1)
    child.stdin.close()
    for _look in range(2_000):
        if not is_written(layout, 1):
            return
        threading.Event().wait(0.01)
    raise AssertionError("it is held for ever")


def test_a_program_that_cannot_be_started_leaves_no_output(layout: LogLayout) -> None:
    with pytest.raises(FileNotFoundError), open_live_file(layout, 1) as file:
        subprocess.Popen(["/no/such/program"], stdout=file)
    assert layout.list_outputs() == ()


def test_the_oldest_goes_and_a_reader_goes_on_behind_it(layout: LogLayout) -> None:
    lines = write_run(layout, 1, 0, 40_000)
    spec = LogSpec(max_bytes=64 * 1024, keep=3)
    rotate_all(layout, 1, spec)
    segments = layout.find_output(1).segments
    assert len(segments) == 3
    kept = read_all(layout)
    assert kept == lines[-len(kept) :]
    assert segments[0].start == sum(len(line) + 1 for line in lines[: -len(kept)])
    assert list(read_last_lines(layout.folder, "one", 40_000).lines) == kept


def test_a_run_goes_with_all_of_its_files(layout: LogLayout) -> None:
    for run in range(1, 4):
        write_run(layout, run, 0, 5_000)
        rotate_all(layout, run)
        add_mark(layout.marks_path(run), TimeMark(1, 1))
    remove_surplus(layout, LogSpec(max_bytes=64 * 1024, keep=1))
    assert {path.name.split(".")[0] for path in layout.run_folder.iterdir()} == {"3"}


def test_since_a_time_is_found_by_marks(layout: LogLayout) -> None:
    lines = write_run(layout, 1, 0, 10_000)
    size = len(lines[0]) + 1
    for at_ms, count in ((1_000, 100), (2_000, 5_000), (9_000, 10_000)):
        add_mark(layout.marks_path(1), TimeMark(at_ms, count * size - 3))
    rotate_all(layout, 1)
    for at_ms, begin in ((500, 0), (1_000, 99), (1_999, 99), (2_000, 4_999), (8_999, 4_999)):
        page = read_lines_since(layout.folder, "one", at_ms, 3)
        assert list(page.lines) == lines[begin : begin + 3]
        assert read_all(layout, page.cursor) == lines[begin + 3 :]
    assert read_lines_since(layout.folder, "one", 9_000, 3).lines == (lines[-1],)


def test_a_run_that_no_supervisor_looked_at_is_dated_by_its_file(layout: LogLayout) -> None:
    lines = write_run(layout, 1, 0, 10)
    os.utime(layout.live_path(1), (100, 100))
    assert read_lines_since(layout.folder, "one", 100_001, 99).lines == ()
    assert list(read_lines_since(layout.folder, "one", 99_999, 99).lines) == lines


def test_a_damaged_mark_is_passed_over(layout: LogLayout) -> None:
    lines = write_run(layout, 1, 0, 10)
    size = len(lines[0]) + 1
    layout.marks_path(1).write_bytes(f"1000 {5 * size}\n\0\0\0\n2000 {7 * size}\n30".encode())
    assert list(read_lines_since(layout.folder, "one", 5_000, 99).lines) == lines[7:]


def test_a_file_system_of_this_machine_is_tried_and_left_clean(layout: LogLayout) -> None:
    assert can_punch_holes(layout.folder)
    assert list(layout.folder.iterdir()) == []


def test_a_gap_that_somebody_made_ends_a_line_and_stops_nobody(layout: LogLayout) -> None:
    lines = write_run(layout, 1, 0, 20_000)
    rotate_all(layout, 1)
    first, second, *_others = layout.find_output(1).segments
    layout.segment_path(second).unlink()
    text = "".join(f"{line}\n" for line in lines)
    assert read_all(layout) == (text[: first.end] + text[second.end :]).splitlines()
    layout.segment_path(Segment(1, second.start, second.end)).touch()
    assert read_all(layout) == (text[: first.end] + text[second.end :]).splitlines()
