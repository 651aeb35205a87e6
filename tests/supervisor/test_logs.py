"""Reading a log: complete lines, from the end or behind a cursor."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance.supervisor.logs.query import read_last_lines, read_lines_after
from hero_assistance_sdk.errors import UsageError

pytestmark = pytest.mark.pure

BEGINNING = "0:0:0"


def log_path(folder: Path, action: str) -> Path:
    return LogLayout(folder, action).live_path(0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_a_log_that_is_not_there_has_no_lines(folder: Path) -> None:
    page = read_last_lines(folder, "one", 10)
    assert page.lines == ()
    log_path(folder, "one").write_text("first\n")
    assert read_lines_after(folder, "one", page.cursor).lines == ("first",)


def test_a_line_that_is_being_written_comes_when_it_is_whole(folder: Path) -> None:
    with log_path(folder, "one").open("a", buffering=1) as log:
        log.write("whole\nha")
        log.flush()
        page = read_last_lines(folder, "one", 10)
        assert page.lines == ("whole",)
        log.write("lf\n")
        assert read_lines_after(folder, "one", page.cursor).lines == ("half",)


def test_lines_across_blocks(folder: Path) -> None:
    lines = [f"{number:06} {'x' * 90}" for number in range(5_000)]
    log_path(folder, "one").write_text("\n".join(lines) + "\n")
    assert read_last_lines(folder, "one", 3_000).lines == tuple(lines[-3_000:])
    assert read_last_lines(folder, "one", 10_000).lines == tuple(lines)


def test_a_line_at_the_edge_of_a_page_is_not_cut(folder: Path) -> None:
    lines = [f"{number:07}" for number in range(400_000)]
    log_path(folder, "one").write_text("\n".join(lines) + "\n")
    read: list[str] = []
    cursor = BEGINNING
    while len(read) < len(lines):
        page = read_lines_after(folder, "one", cursor, len(lines))
        assert page.lines
        read.extend(page.lines)
        cursor = page.cursor
    assert read == lines


def test_a_file_that_was_replaced_is_read_from_its_start(folder: Path) -> None:
    path = log_path(folder, "one")
    path.write_text("old\n")
    cursor = read_last_lines(folder, "one", 1).cursor
    fresh = folder / "fresh"
    fresh.write_text("new and longer\n")
    fresh.rename(path)
    assert read_lines_after(folder, "one", cursor).lines == ("new and longer",)


def test_bytes_that_are_no_text_do_not_stop_the_reader(folder: Path) -> None:
    log_path(folder, "one").write_bytes(b"\xff\xfe bad\nnext\n")
    assert read_last_lines(folder, "one", 5).lines == ("\ufffd\ufffd bad", "next")


def test_a_line_of_ten_megabytes_comes_in_pieces_that_say_so(folder: Path) -> None:
    line = "xé" * 3_500_000
    log_path(folder, "one").write_text(f"{line}\nnext\n")
    pages = [read_lines_after(folder, "one", BEGINNING)]
    while not pages[-1].is_end:
        assert len(pages) < 20
        pages.append(read_lines_after(folder, "one", pages[-1].cursor))
    assert [page.is_cut for page in pages] == [True] * (len(pages) - 1) + [False]
    assert "".join(text for page in pages for text in page.lines[:1]) == line
    assert pages[-1].lines[1:] == ("next",)


def test_the_last_line_can_be_longer_than_a_page(folder: Path) -> None:
    log_path(folder, "one").write_text("first\n" + "x" * 3_000_000 + "\n")
    page = read_last_lines(folder, "one", 1)
    assert page.is_cut
    assert set(page.lines[0]) == {"x"}


@pytest.mark.parametrize("cursor", ["", "1", "a:b", "1:-1", "0:0", "0:0:-1", "1:2:3,", "1:2:٣", "0:0:1e3"])
def test_a_cursor_of_somebody_else_is_refused(folder: Path, cursor: str) -> None:
    log_path(folder, "one").touch()
    with pytest.raises(UsageError):
        read_lines_after(folder, "one", cursor)


# Each example writes a file; how long that takes is the disk's matter.
@settings(deadline=None)
@given(
    lines=st.lists(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=30), max_size=30),
    step=st.integers(1, 7),
)
def test_pages_read_one_after_the_other_are_the_whole_log(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], step: int
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log_path(folder, "one").write_text("".join(f"{line}\n" for line in lines))
    read: list[str] = []
    cursor = BEGINNING
    for _page in range(len(lines) + 1):
        page = read_lines_after(folder, "one", cursor, step)
        read.extend(page.lines)
        cursor = page.cursor
    assert read == lines
