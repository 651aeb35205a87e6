"""The everyday commands: what `status`, `call` and `logs` do and print once their words are parsed, without click."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_json, print_table, print_value, serialize_json
from hero_assistance.light_commands.standard_streams import is_output_unread
from hero_assistance_sdk.paths import Paths

if TYPE_CHECKING:
    from hero_assistance.log_reader import Choice, LogLine
    from hero_assistance.rpc_command import Method
    from hero_assistance.status import ActionRow

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def show_status(*, as_json: bool) -> int:
    """Print what runs, and return the exit status that says how it is."""
    from hero_assistance.status import read_status, serialize_status

    found = read_status(Paths.from_environ())
    if as_json:
        print_json(serialize_status(found))
        return found.exit_status
    print(f"{found.service}   supervisor: {found.supervisor}   release: {sanitize(found.release or '-')}")
    if found.note:
        print(sanitize(found.note))
    print_table(["action", "state", "pid", "up", "restarts", "sockets"], list(map(_to_cells, found.actions)), kept=3)
    for action in found.actions:
        for condition in action.conditions:
            print(sanitize(f"{action.name}: {condition.line}"))
    return found.exit_status


def call_method(
    method: str | None, words: Sequence[str], user: str | None, *, as_json: bool, operator: bool = False
) -> None:
    """Call a method of the running server and print its result; without a method, list the methods."""
    from hero_assistance.rpc_command import Server

    with Server(user, operator=operator) as server:
        if method is None:
            _print_methods(list(server.fetch_document().methods.values()), as_json=as_json)
            return
        result = server.call_with_words(method, words)
    (print_json if as_json else print_value)(result)


def show_logs(action: str | None, choice: Choice, *, follow: bool, as_json: bool) -> None:
    """Print the lines of the log of one action, or of each."""
    from hero_assistance.log_reader import read_logs

    goes_on = False
    # In a file or a pipe a log stays as it was written.
    show = sanitize if sys.stdout.isatty() else str
    for line in read_logs(Paths.from_environ(), action, choice, follow=follow, is_over=is_output_unread):
        prefix = "" if action or goes_on else f"{line.action} | "
        sys.stdout.write(_serialize_line(line) if as_json else f"{prefix}{show(line.text)}")
        goes_on = line.is_cut
        if as_json or not goes_on:
            sys.stdout.write("\n")
        if follow:
            sys.stdout.flush()


def _to_cells(action: ActionRow) -> list[str]:
    return [
        action.name,
        action.state.value,
        str(action.pid or "-"),
        _format_uptime(action.uptime_s),
        str(action.restarts),
        action.reason or " ".join(Path(path).name for path in action.sockets) or "-",
    ]


def _format_uptime(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), (1, "s"))
    return f"{seconds // size} {unit}"


def _print_methods(methods: list[Method], *, as_json: bool) -> None:
    if as_json:
        print_json([{"method": one.name, "params": list(one.params), "summary": one.summary} for one in methods])
    else:
        print_table(["method", "params", ""], [[one.name, " ".join(one.params), one.summary] for one in methods])


def _serialize_line(line: LogLine) -> str:
    return serialize_json({"action": line.action, "attempt": line.run, "text": line.text, "is_cut": line.is_cut})
