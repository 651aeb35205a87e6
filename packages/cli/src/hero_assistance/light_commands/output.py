"""Prints: steps on a terminal and plain lines elsewhere, JSON for machines, tables.

What others wrote commands no terminal; in a file or a pipe JSON stays as it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hero_assistance.light_commands.foreign_text import make_encodable, sanitize, sanitize_json

if TYPE_CHECKING:
    from hero_assistance.results import Progress
    from hero_assistance_sdk.errors import HeroError


class PlainProgress:
    """One line a step on standard error, for logs and pipes."""

    def step(self, text: str) -> None:
        """Print the step."""
        print(sanitize(text), file=sys.stderr, flush=True)


class _TerminalProgress:
    """A spinner with the current step; the steps before stay above it."""

    def __init__(self, status: Any) -> None:
        self._status = status

    def step(self, text: str) -> None:
        from rich.text import Text

        self._status.update(Text(sanitize(text)))


@contextmanager
def show_progress() -> Iterator[Progress]:
    """The progress that fits where standard error goes."""
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield _TerminalProgress(status)


def serialize_json(value: Any, indent: int | None = None) -> str:
    """JSON as standard output takes it: exact in a file or a pipe, with escapes on a terminal."""
    import json

    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return sanitize_json(text) if sys.stdout.isatty() else make_encodable(text)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    print(serialize_json(value, indent=2))


def print_done(made: Any, said: str, *, as_json: bool) -> None:
    """Print what a command has made: as JSON, or in a sentence."""
    if as_json:
        print_json(made)
    else:
        print(said)


def print_error(error: HeroError) -> None:
    """Print why nothing was done as JSON, for programs that have to tell one reason from another."""
    print_json({"error": {"reason": error.reason, "message": error.message, "hint": error.hint}})


def print_value(value: Any) -> None:
    """Print a JSON value: in colours on a terminal, as it is elsewhere."""
    if not sys.stdout.isatty():
        print_json(value)
        return
    from rich.console import Console
    from rich.highlighter import JSONHighlighter

    # `Console.print_json` would read the document and write it again, without the escapes.
    Console().print(JSONHighlighter()(serialize_json(value, indent=2)), soft_wrap=True)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, kept: int = 1) -> None:
    """Print a table: drawn on a terminal, aligned text elsewhere.

    On a terminal that is too narrow each row is a line with its first `kept` cells, and a line for each other one.
    """
    rows = [[sanitize(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        from hero_assistance.light_commands.drawn_table import draw_table

        draw_table(columns, rows, kept)
        return
    rows = [[" ".join(cell.splitlines()) for cell in row] for row in rows]
    widths = [max(len(row[index]) for row in [columns, *rows]) for index in range(len(columns))]
    for row in [columns, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
