"""Reading and adding to the log file of an action; the action itself writes to it without us."""

from __future__ import annotations

import os
from pathlib import Path

from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.hero_proc.wire import LONGEST_QUERY, LogPage

_BLOCK = 64 * 1024
# One answer stays far below what a client waits for; a reader that is behind asks again.
_PAGE_BYTES = 1024 * 1024


def log_path(folder: Path, action: str) -> Path:
    """The file that an action writes to."""
    return folder / f"{action}.log"


def last_lines(folder: Path, action: str, count: int) -> LogPage:
    """The last `count` complete lines, and the cursor behind them; empty when there is no file."""
    try:
        with log_path(folder, action).open("rb") as file:
            end = _end_of_last_line(file.fileno())
            lines = _tail(file.fileno(), end, count)
            return LogPage(action=action, lines=lines, cursor=_cursor(file.fileno(), end))
    except FileNotFoundError:
        return LogPage(action=action, lines=(), cursor="0:0")


def lines_after(folder: Path, action: str, cursor: str, count: int = LONGEST_QUERY) -> LogPage:
    """Up to `count` complete lines behind a cursor; from the start of the file when it is another file by now."""
    inode, offset = _parsed(cursor)
    try:
        with log_path(folder, action).open("rb") as file:
            status = os.fstat(file.fileno())
            begin = offset if inode == status.st_ino and offset <= status.st_size else 0
            chunk = os.pread(file.fileno(), _PAGE_BYTES, begin)
            lines = chunk.splitlines(keepends=True)
            # The last one may go on behind this page; only a line that fills the page by itself is cut.
            if lines and not lines[-1].endswith(b"\n") and (len(lines) > 1 or len(chunk) < _PAGE_BYTES):
                lines.pop()
            lines = lines[:count]
            end = begin + sum(map(len, lines))
            return LogPage(action=action, lines=_texts(lines), cursor=_cursor(file.fileno(), end))
    except FileNotFoundError:
        return LogPage(action=action, lines=(), cursor="0:0")


def add_line(folder: Path, action: str, line: str) -> None:
    """Add one line; a single write in append mode never lands inside another one."""
    folder.mkdir(parents=True, exist_ok=True)
    with log_path(folder, action).open("ab", buffering=0) as file:
        file.write(line.replace("\n", " ").encode() + b"\n")


def _end_of_last_line(descriptor: int) -> int:
    """The offset behind the last line break; a line that is still being written is left for later."""
    position = os.fstat(descriptor).st_size
    while position > 0:
        begin = max(0, position - _BLOCK)
        found = os.pread(descriptor, position - begin, begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        position = begin
    return 0


def _tail(descriptor: int, end: int, count: int) -> tuple[str, ...]:
    content = b""
    begin = end
    while begin > 0 and content.count(b"\n") <= count:
        begin = max(0, begin - _BLOCK)
        content = os.pread(descriptor, end - begin, begin)
    lines = content.split(b"\n")[:-1]
    return _texts(lines[-count:] if count else [])


def _texts(lines: list[bytes]) -> tuple[str, ...]:
    return tuple(line.rstrip(b"\r\n").decode(errors="replace") for line in lines)


def _cursor(descriptor: int, offset: int) -> str:
    return f"{os.fstat(descriptor).st_ino}:{offset}"


def _parsed(cursor: str) -> tuple[int, int]:
    inode, _, offset = cursor.partition(":")
    if not (inode.isdigit() and offset.isdigit()):
        raise UsageError(f"{cursor!r} is not a cursor", hint="give back the one that logs.query answered")
    return int(inode), int(offset)
