"""Tables on terminals of every width: what tells a row from the others is never cut."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from hero_assistance.light_commands.drawn_table import draw_table

pytestmark = pytest.mark.pure

COLUMNS = ["action", "state", "pid", "up", "restarts", "sockets"]
ROWS = [
    ["hero_assistance_server", "healthy", "4194304", "59 min", "12", "rpc.sock events.sock"],
    ["hero_assistance_ui", "degraded", "77", "3 s", "0", "the disk is nearly full: 12 MB are left of 100 GB"],
    ["third", "stopped", "-", "-", "0", "-"],
]


def drawn(width: int, rows: list[list[str]] = ROWS, kept: int = 3, columns: list[str] = COLUMNS) -> list[str]:
    """The lines on a terminal of that width."""
    screen = io.StringIO()
    draw_table(columns, rows, kept, Console(file=screen, width=width))
    return [line.rstrip() for line in screen.getvalue().splitlines()]


def test_on_40_columns_name_state_and_pid_are_on_one_line() -> None:
    lines = drawn(40)
    assert lines[:4] == [
        "hero_assistance_server healthy  4194304",
        "  up: 59 min",
        "  restarts: 12",
        "  sockets: rpc.sock events.sock",
    ]
    assert "hero_assistance_ui     degraded 77" in lines
    assert lines[-2:] == ["third                  stopped  -", "  restarts: 0"]


@pytest.mark.parametrize("width", range(12, 140))
def test_no_line_is_wider_than_the_terminal_and_no_cell_is_lost(width: int) -> None:
    lines = drawn(width)
    assert max(map(len, lines)) <= width
    text = "".join("".join(lines).split())
    for cell in (cell for row in ROWS for cell in row[:3] if cell != "-"):
        assert cell in text
    if width >= 24:
        for name in ("hero_assistance_server", "hero_assistance_ui"):
            assert any(name in line for line in lines)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_where_there_is_room_columns_are_drawn(width: int) -> None:
    lines = drawn(width)
    assert lines[0].split() == COLUMNS or lines[1].split() == COLUMNS
    assert any(line.split()[:3] == ["hero_assistance_ui", "degraded", "77"] for line in lines)


def test_a_wide_character_has_two_columns() -> None:
    assert max(len(line) for line in drawn(30, [["\u6771" * 10, "healthy"]], 1, ["name", "state"])) <= 30
    assert drawn(24, [["\u6771" * 10, "healthy"]], 1, ["name", "state"]) == ["\u6771" * 10, "  state: healthy"]


def test_a_table_without_rows_is_its_head() -> None:
    assert drawn(60, [], 1, ["a", "b"])[0].split() == ["a", "b"] or drawn(60, [], 1, ["a", "b"])[1].split() == [
        "a",
        "b",
    ]
