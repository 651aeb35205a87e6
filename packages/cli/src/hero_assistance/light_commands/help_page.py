"""What `--help` prints, made without click: a line about every option and command, laid out as click does it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

PROGRAM = "hero_assistance"
SUMMARY = "Install, start, stop and look after the support desk of one product team."
_USAGE = f"Usage: {PROGRAM} [OPTIONS] [COMMAND] [ARGS]..."
_WIDEST = 100
_NARROWEST = 50
_USUAL = 80
_GAP = "  "


class CommandEntry(NamedTuple):
    """The module of `commands` that defines a command, and the line about it."""

    module: str
    help: str


COMMANDS = {
    "access": CommandEntry("access", "Show and change who may open the page over TCP."),
    "backup": CommandEntry("data.data", "Back up everything into FILE; a running service goes on."),
    "call": CommandEntry("call", "Call METHOD of the running server; without METHOD, list them."),
    "disable": CommandEntry("boot", "Leave the service stopped after a reboot."),
    "doctor": CommandEntry("doctor", "Find what is wrong with this installation and what to do."),
    "enable": CommandEntry("boot", "Bring the service back after a reboot, by a systemd user unit."),
    "export": CommandEntry("data.data", "Write everything into a new FOLDER, for other programs."),
    "import": CommandEntry("data.data", "Read an export FOLDER into an empty project."),
    "install": CommandEntry("releases", "Install the release in SOURCE: folder, archive or URL."),
    "logs": CommandEntry("logs", "Show the log of ACTION, or of every action."),
    "mail": CommandEntry("mail.mail", "Show letters that wait, were sent or failed; send a test letter."),
    "releases": CommandEntry("releases", "List the installed releases, the last activated first."),
    "replicate": CommandEntry("data.replicate", "Keep a replica elsewhere, and restore it."),
    "restart": CommandEntry("service", "Replace what runs by new processes with the same flags."),
    "restore": CommandEntry("data.data", "Put the backup FILE in the place of the data."),
    "rollback": CommandEntry("releases", "Go back to RELEASE, or to the one that was live before."),
    "run": CommandEntry("foreground", "Run the service in the foreground, for containers."),
    "secret": CommandEntry("secret", "Set, read and delete secrets in the supervisor's store."),
    "service": CommandEntry("service", "List what is registered with the supervisor."),
    "setup": CommandEntry("setup", "Set up a desk that runs: name, page, mail, and a first admin."),
    "status": CommandEntry("service", "Show what runs; the exit status says how it is."),
    "supervisor": CommandEntry("supervisor", "Run the embedded supervisor in the foreground."),
    "ticket": CommandEntry("ticket", "List, show, file and answer tickets of the running server."),
    "user": CommandEntry("user", "Add, list and deactivate users, and let them in by a link."),
    "webhook": CommandEntry("webhook", "Post events to URLs, and show how these answer."),
}

# By the name of the parameter: how the option is written, and what it does.
OPTIONS = {
    "start": ("--start", "Start the service, and return when it is healthy."),
    "stop": ("--stop", "Stop the service; no process and no socket is left."),
    "auth_mode": (
        "--auth-mode [dev|hero]",
        "With --start: who callers are. hero: X-Hero-User of the proxy; dev: a picker, for trying out. [default: hero]",
    ),
    "seed_dev_users": ("--seed-dev-users", "With --start: make the four demo users."),
    "ui_tcp": (
        "--ui-tcp ADDRESS",
        "With --start: serve the page on this TCP address too, such as 127.0.0.1:9771. [default: as setup stored]",
    ),
    "version": ("--version", "Print version and release."),
    "help": ("-h, --help", "Show this message and exit."),
}


def render_help(columns: int | None = None) -> str:
    """The help of the program, for a terminal of that many columns."""
    width = max(_NARROWEST, min(_terminal_columns() if columns is None else columns, _WIDEST) - 2)
    commands = {name: entry.help for name, entry in COMMANDS.items()}
    lines = [_USAGE, "", f"{_GAP}{SUMMARY}"]
    for title, rows in (("Options", dict(OPTIONS.values())), ("Commands", commands)):
        lines += ["", f"{title}:", *_lay_out(rows, width)]
    return "\n".join(lines)


def _lay_out(rows: Mapping[str, str], width: int) -> Iterator[str]:
    """Two columns, the second wrapped to what the first leaves of the width."""
    first = max(map(len, rows))
    room = width - first - 2 * len(_GAP)
    for name, text in rows.items():
        left = name
        for line in _wrap(text, room):
            yield f"{_GAP}{left.ljust(first)}{_GAP}{line}"
            left = ""


def _wrap(text: str, room: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > room:
            yield line
            line = word
        else:
            line = f"{line} {word}".lstrip()
    yield line


def _terminal_columns() -> int:
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return _USUAL
