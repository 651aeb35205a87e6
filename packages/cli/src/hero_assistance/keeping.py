"""What is kept for the service: its logs and its secrets, as the commands ask for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hero_assistance.service import ACTIONS
from hero_assistance.supervisor import logs as files
from hero_assistance.supervisor.connection import Kind, found, hero_proc_or_embedded
from hero_assistance.supervisor.places import OWN_LOG
from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.hero_proc.wire import LONGEST_QUERY, LogPage
from hero_assistance_sdk.paths import Paths

# How soon a new line is seen by who follows; the file is only looked at, nothing of it is read, without one.
_FOLLOW_S = 0.2

Reader = Callable[[str, int, str | None], LogPage]


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log of an action."""

    action: str
    text: str


def logs(paths: Paths, action: str | None = None, *, lines: int = 100, follow: bool = False) -> Iterator[LogLine]:
    """The last lines of one action's log, or of each; with `follow` what comes, until the caller stops reading.

    The logs of the embedded supervisor are files, and are read whether or not it runs. Raises `NotFound`.
    """
    if action is not None and action not in (*ACTIONS, OWN_LOG):
        raise NotFound(f"there is no action {action!r}", hint=f"there are: {', '.join((*ACTIONS, OWN_LOG))}")
    return _logs(paths, ACTIONS if action is None else (action,), lines, follow)


def _logs(paths: Paths, actions: tuple[str, ...], lines: int, follow: bool) -> Iterator[LogLine]:
    with found(paths) as supervisor:
        remote = supervisor is not None and supervisor.kind is Kind.HERO_PROC
        read = _query(supervisor.client) if supervisor and remote else _files(paths)
        cursors: dict[str, str] = {}
        for action in actions:
            page = read(action, lines, None)
            cursors[action] = page.cursor
            yield from _lines(page)
        while follow:
            pages = [read(action, LONGEST_QUERY, cursors[action]) for action in actions]
            for page in pages:
                cursors[page.action] = page.cursor
                yield from _lines(page)
            if not any(page.lines for page in pages):
                time.sleep(_FOLLOW_S)


def secret_set(paths: Paths, context: str, name: str, value: str) -> bool:
    """Keep a secret; false when it had that value already."""
    with hero_proc_or_embedded(paths) as supervisor:
        return supervisor.client.secret_set(name, value, context=context).changed


def secret_get(paths: Paths, context: str, name: str) -> str:
    """The value of a secret; raises `NotFound`."""
    with hero_proc_or_embedded(paths) as supervisor:
        return supervisor.client.secret_get(name, context=context)


def secret_list(paths: Paths, context: str) -> list[str]:
    """The names of a context's secrets."""
    with hero_proc_or_embedded(paths) as supervisor:
        return list(supervisor.client.secret_list(context=context))


def secret_delete(paths: Paths, context: str, name: str) -> None:
    """Forget a secret; raises `NotFound`."""
    with hero_proc_or_embedded(paths) as supervisor:
        if not supervisor.client.secret_delete(name, context=context).changed:
            raise NotFound(f"there is no secret {name} in the context {context}")


def _files(paths: Paths) -> Reader:
    def read(action: str, count: int, cursor: str | None) -> LogPage:
        if cursor is None:
            return files.last_lines(paths.logs, action, count)
        return files.lines_after(paths.logs, action, cursor, count)

    return read


def _query(client: SupervisorClient) -> Reader:
    def read(action: str, count: int, cursor: str | None) -> LogPage:
        return client.logs_query(action, lines=count, cursor=cursor)

    return read


def _lines(page: LogPage) -> Iterator[LogLine]:
    return (LogLine(page.action, line) for line in page.lines)
