"""A program and its arguments as a script of an interpreter, and back.

A script replaces its interpreter by the program, so that a signal to the process reaches the program itself.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

_SHELLS = ("bash", "sh")
_PYTHONS = ("python", "python3")
# Whose rules of quoting are not known: only a command line that needs none is given to it.
_DIRECT = "exec"
_PREFERRED = (*_SHELLS, *_PYTHONS, _DIRECT)
_PREFIX = "exec "
# hero_proc fills in what stands between double braces before it runs a script; no word of ours means that.
_TEMPLATE_START = re.compile(r"\{(?=\{)")


def choose_interpreter(offered: Sequence[str] | None) -> str | None:
    """The interpreter to use of those that are offered, of all without a list; `None` when we can use none."""
    if offered is None:
        return _SHELLS[0]
    return next((name for name in _PREFERRED if name in offered), None)


def render_script(argv: Sequence[str], interpreter: str | None) -> str | None:
    """The script that runs a program; `None` when this interpreter cannot be given it."""
    if interpreter in _PYTHONS:
        return _render_python(argv)
    if interpreter == _DIRECT:
        line = " ".join(argv)
        return line if line == shlex.join(argv) else None
    return _PREFIX + " ".join(map(_quote, argv))


def parse_script(script: str) -> tuple[str, ...]:
    """The program and its arguments in a script that `render_script` made for a shell; empty for another one."""
    if not script.startswith(_PREFIX):
        return ()
    try:
        return tuple(shlex.split(script.removeprefix(_PREFIX)))
    except ValueError:
        return ()


def _quote(word: str) -> str:
    # A word with a brace is in single quotes, which are ended and begun again between two braces.
    return _TEMPLATE_START.sub("{''", shlex.quote(word))


def _render_python(argv: Sequence[str]) -> str:
    words = ascii(list(argv)).replace("{", "\\x7b")
    return f"import os\nargv = {words}\nos.execv(argv[0], argv)\n"
