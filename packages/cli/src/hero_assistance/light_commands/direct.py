"""Runs the everyday commands straight from their words, since loading click takes longer than all they do.

Only what is plain is read here; anything else, wrong words among it, is left to click, which explains them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from hero_assistance.light_commands.help_page import render_help

_COMPLETION = "_HERO_ASSISTANCE_COMPLETE"
_WRONG_USAGE = 2
# A number of lines that click takes as well.
_LONGEST_NUMBER = 9


class PlainWords:
    """The words behind a command: `texts` in their order, the flags that were given, and the values of options."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.flags: set[str] = set()
        self.values: dict[str, str] = {}


def run_directly(arguments: Sequence[str]) -> int | None:
    """Run the command line and return its exit status; `None` when click has to read it."""
    if _COMPLETION in os.environ:
        return None
    if not arguments or list(arguments) in (["--help"], ["-h"]):
        print(render_help())
        return 0 if arguments else _WRONG_USAGE
    command = _COMMANDS.get(arguments[0])
    return command(arguments[1:]) if command else None


def split_words(words: Sequence[str], flags: Sequence[str], options: Sequence[str]) -> PlainWords | None:
    """Sort the words into texts, flags and options with a value; `None` for any other word with a dash."""
    found = PlainWords()
    rest = iter(words)
    for word in rest:
        if word in flags:
            found.flags.add(word)
        elif word in options:
            value = next(rest, "-")
            if value.startswith("-"):
                return None
            found.values[word] = value
        elif word.startswith("-") and word != "-":
            return None
        else:
            found.texts.append(word)
    return found


def _run_status(words: Sequence[str]) -> int | None:
    found = split_words(words, ["--json"], [])
    if found is None or found.texts:
        return None
    from hero_assistance.light_commands.everyday import show_status

    return show_status(as_json="--json" in found.flags)


def _run_call(words: Sequence[str]) -> int | None:
    found = split_words(words, ["--json"], ["--as"])
    if found is None:
        return None
    from hero_assistance.light_commands.everyday import call_method

    method = found.texts[0] if found.texts else None
    call_method(method, found.texts[1:], found.values.get("--as"), as_json="--json" in found.flags)
    return 0


def _run_logs(words: Sequence[str]) -> int | None:
    found = split_words(words, ["--json", "--follow", "-f"], ["--lines", "-n"])
    if found is None or len(found.texts) > 1 or len(found.values) > 1:
        return None
    lines = next(iter(found.values.values()), None)
    if lines is not None and not (lines.isascii() and lines.isdigit() and len(lines) <= _LONGEST_NUMBER):
        return None
    from hero_assistance.light_commands.everyday import show_logs
    from hero_assistance.log_reader import Choice

    show_logs(
        found.texts[0] if found.texts else None,
        Choice(lines=None if lines is None else int(lines)),
        follow=not found.flags.isdisjoint(("--follow", "-f")),
        as_json="--json" in found.flags,
    )
    return 0


def _run_releases(words: Sequence[str]) -> int | None:
    found = split_words(words, ["--json"], [])
    if found is None or found.texts:
        return None
    from hero_assistance.light_commands.releases import list_releases

    list_releases(as_json="--json" in found.flags)
    return 0


def _run_rollback(words: Sequence[str]) -> int | None:
    found = split_words(words, ["--restart"], [])
    if found is None or len(found.texts) > 1:
        return None
    from hero_assistance.light_commands.releases import roll_back

    roll_back(found.texts[0] if found.texts else None, restart="--restart" in found.flags)
    return 0


_COMMANDS: dict[str, Callable[[Sequence[str]], int | None]] = {
    "call": _run_call,
    "logs": _run_logs,
    "releases": _run_releases,
    "rollback": _run_rollback,
    "status": _run_status,
}
