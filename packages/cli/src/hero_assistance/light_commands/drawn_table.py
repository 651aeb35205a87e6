"""Tables on a terminal: columns where they fit, and a few lines for each row where the terminal is too narrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

# What a column of longer texts needs at least; a shorter one is not folded.
_FOLDED = 12
# One blank on each side of the line between two columns, and one at each end.
_GAP = 3
_ENDS = 2
_EMPTY = "-"
_STYLES = {
    "healthy": "green",
    "ok": "green",
    "starting": "yellow",
    "stopping": "yellow",
    "backoff": "yellow",
    "degraded": "yellow",
    "warning": "yellow",
    "failed": "red",
    "fault": "red",
    "stopped": "dim",
}


def draw_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], kept: int, console: Console | None = None
) -> None:
    """Draw a table; where its columns do not fit, each row is its first `kept` cells and a line for each other one."""
    console = console or Console()
    widths = list(_measure(columns, rows))
    # The first column names things; a name that is cut names nothing.
    needed = sum(width if index == 0 else min(width, _FOLDED) for index, width in enumerate(widths))
    if needed + _GAP * (len(columns) - 1) + _ENDS <= console.width:
        console.print(_build_table(columns, rows, widths))
        return
    for row in rows:
        console.print(_join(row[:kept], widths, console.width), overflow="fold")
        for column, cell in zip(columns[kept:], row[kept:], strict=True):
            if cell != _EMPTY:
                console.print(Padding(Text(f"{column}: {cell}" if column else cell, overflow="fold"), (0, 0, 0, 2)))


def _measure(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[int]:
    """The width of the widest cell of each column."""
    for index in range(len(columns)):
        yield max(cell_len(line) for row in [columns, *rows] for line in row[index].splitlines() or [""])


def _build_table(columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for index, (column, width) in enumerate(zip(columns, widths, strict=True)):
        table.add_column(column, no_wrap=index == 0 or width <= _FOLDED, overflow="fold")
    for row in rows:
        table.add_row(*map(_style, row))
    return table


def _join(cells: Sequence[str], widths: Sequence[int], width: int) -> Text:
    """The cells on one line: in columns where these fit, else with single blanks."""
    fits = sum(widths[: len(cells)]) + len(cells) - 1 <= width
    padded = [cell.ljust(size) if fits else cell for cell, size in zip(cells[:-1], widths, strict=False)]
    return Text(" ").join(map(_style, [*padded, cells[-1]]))


def _style(cell: str) -> Text:
    return Text(cell, style=_STYLES.get(cell.strip(), ""))
