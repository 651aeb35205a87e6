"""Reads the logs of actions: the last lines, those since a time, and new ones as they come."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hero_assistance.action_names import ACTIONS, REPLICA
from hero_assistance.supervisor.logs.query import read_last_lines, read_lines_after, read_lines_since
from hero_assistance.supervisor.names import OWN_LOG
from hero_assistance_sdk.errors import NotFound, Unreachable
from hero_assistance_sdk.hero_proc.reports import LogPage
from hero_assistance_sdk.hero_proc.states import LONGEST_QUERY
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.paths import Paths

if TYPE_CHECKING:
    from hero_assistance_sdk.hero_proc.connection import SupervisorConnection

NAMES = (*ACTIONS, REPLICA, OWN_LOG)
# Without a time to begin at.
LINES = 100
# How soon a new line is shown with `follow`; without one only the size of the file is looked at.
_FOLLOW_S = 0.2


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that an action wrote in one of its starts; one that `is_cut` goes on in the next."""

    action: str
    text: str
    run: int | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Which lines: the last `lines`, those since `since_ms` (UTC), the last `lines` of those; of one run or of all."""

    lines: int | None = None
    since_ms: int | None = None
    run: int | None = None


class Reader(Protocol):
    """Reads a page of an action's log; raises `NotFound` for a run that there is none of."""

    def __call__(
        self, action: str, lines: int, *, cursor: str | None = None, since_ms: int | None = None, run: int | None = None
    ) -> LogPage:
        """The page that `lines`, `cursor`, `since_ms` and `run` choose, as for `logs.query`."""


def read_logs(
    paths: Paths,
    action: str | None = None,
    choice: Choice | None = None,
    *,
    follow: bool = False,
    is_over: Callable[[], bool] = lambda: False,
) -> Iterator[LogLine]:
    """The lines of one action's log, or of each; with `follow` what comes as well, until the caller stops reading.

    `is_over` is asked while nothing comes; once it is true, following ends.

    The logs of the embedded supervisor are files, and are read whether or not it runs. Raises `NotFound`.
    """
    if action is not None and action not in NAMES:
        raise NotFound(f"there is no action {action!r}", hint=f"there are: {', '.join(NAMES)}")
    every = (*ACTIONS, REPLICA) if paths.replica_configuration.exists() else ACTIONS
    return _read_all(paths, every if action is None else (action,), choice or Choice(), follow, is_over)


def _read_all(
    paths: Paths, actions: tuple[str, ...], choice: Choice, follow: bool, is_over: Callable[[], bool]
) -> Iterator[LogLine]:
    with _open_reader(paths) as read:
        cursors = {}
        for action in actions:
            cursors[action] = yield from _read_written(read, action, choice)
        while follow:
            pages = _read_new(read, cursors, choice.run)
            for page in pages:
                cursors[page.action] = page.cursor
                yield from _log_lines(page)
            if not any(page.lines for page in pages):
                if is_over():
                    return
                time.sleep(_FOLLOW_S)


def _read_written(read: Reader, action: str, choice: Choice) -> Generator[LogLine, None, str]:
    """What there is by now; returns the cursor behind it."""
    if choice.since_ms is None:
        return (yield from _read_last(read, action, LINES if choice.lines is None else choice.lines, choice.run))
    page = read(action, LONGEST_QUERY, since_ms=choice.since_ms, run=choice.run)
    if choice.lines is None:
        return (yield from _read_rest(read, page, choice.run))
    rest = _read_rest(read, page, choice.run)
    kept: deque[LogLine] = deque(maxlen=choice.lines)
    while True:
        try:
            kept.append(next(rest))
        except StopIteration as ended:
            yield from kept
            return str(ended.value)


def _read_last(read: Reader, action: str, wanted: int, run: int | None) -> Generator[LogLine, None, str]:
    """The last `wanted` lines, which may be more than fit on one page."""
    page = read(action, wanted, run=run)
    yield from _log_lines(page)
    wanted -= len(page.lines)
    while wanted > 0 and not page.is_end:
        page = read(action, min(wanted, LONGEST_QUERY), cursor=page.cursor, run=run)
        yield from _log_lines(page)
        wanted -= len(page.lines)
    return page.cursor


def _read_rest(read: Reader, page: LogPage, run: int | None) -> Generator[LogLine, None, str]:
    """This page and all that follow it by now."""
    yield from _log_lines(page)
    before = None
    while not page.is_end and page.cursor != before:
        before = page.cursor
        page = read(page.action, LONGEST_QUERY, cursor=before, run=run)
        yield from _log_lines(page)
    return page.cursor


def _read_new(read: Reader, cursors: dict[str, str], run: int | None) -> list[LogPage]:
    """What came since; nothing while the supervisor that is asked is away."""
    try:
        return [read(action, LONGEST_QUERY, cursor=cursor, run=run) for action, cursor in cursors.items()]
    except Unreachable:
        return []


def _log_lines(page: LogPage) -> Iterator[LogLine]:
    last = len(page.lines) - 1
    for index, text in enumerate(page.lines):
        run = page.runs[index] if index < len(page.runs) else None
        yield LogLine(page.action, text, run, is_cut=page.is_cut and index == last)


@contextmanager
def _open_reader(paths: Paths) -> Iterator[Reader]:
    """Yield what asks hero_proc where that runs the service, else what reads the files, which needs no supervisor."""
    if listening_pid(paths.hero_proc_socket) is None:
        yield _file_reader(paths)
        return
    from hero_assistance.supervisor_lookup import Kind, find_supervisor
    from hero_assistance_sdk.hero_proc.connection import SupervisorConnection

    with find_supervisor(paths, SupervisorConnection) as supervisor:
        if supervisor is not None and supervisor.kind is Kind.HERO_PROC:
            yield _rpc_reader(supervisor.client)
            return
    yield _file_reader(paths)


def _file_reader(paths: Paths) -> Reader:
    def read(
        action: str, lines: int, *, cursor: str | None = None, since_ms: int | None = None, run: int | None = None
    ) -> LogPage:
        if cursor is not None:
            return read_lines_after(paths.logs, action, cursor, lines, run)
        if since_ms is not None:
            return read_lines_since(paths.logs, action, since_ms, lines, run)
        return read_last_lines(paths.logs, action, lines, run)

    return read


def _rpc_reader(client: SupervisorConnection) -> Reader:
    def read(
        action: str, lines: int, *, cursor: str | None = None, since_ms: int | None = None, run: int | None = None
    ) -> LogPage:
        return client.logs_query(action, lines=min(lines, LONGEST_QUERY), cursor=cursor, since_ms=since_ms, run=run)

    return read
