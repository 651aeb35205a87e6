"""Sessions that run in the nox of `.buildenv/`, even when another nox was called.

A plain `pip install nox` can load `noxfile.py`, which lists the sessions: this module and the noxfile import nothing
but nox and the standard library then. The first session that runs replaces that nox by the locked one, which
`buildenv.sh` makes, with the same arguments in the same folder; so every option means what it means there.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import nox

if TYPE_CHECKING:
    from collections.abc import Callable

    SessionFunction = Callable[[nox.Session], None]

ROOT = Path(__file__).resolve().parents[3]
ENVIRONMENT = ROOT / ".buildenv" / "venv"
# Set while one nox replaces itself by the other, so that a wrong one in its place is noticed.
_HANDED_OVER = "HERO_ASSISTANCE_HANDED_OVER"
_MAKES_ENVIRONMENTS = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
_LOOK_TIMEOUT_S = 30


def is_locked() -> bool:
    """Whether the nox that runs is the one of the tool environment of this checkout."""
    try:
        return Path(sys.prefix).samefile(ENVIRONMENT)
    except OSError:
        return False


def locked_session(**options: Any) -> Callable[[SessionFunction], SessionFunction]:
    """Register a session with the options of `nox.session`; another nox than the locked one hands it over."""

    def register(function: SessionFunction) -> SessionFunction:
        if is_locked():
            os.environ.pop(_HANDED_OVER, None)
            nox.session(**options)(function)
        else:
            # Without an environment and `requires`, which an old nox does not know: the locked one does all that.
            register_plain = nox.session(name=options.get("name"), tags=options.get("tags"), venv_backend="none")
            register_plain(_handing_over(function))
        return function

    return register


def _handing_over(function: SessionFunction) -> SessionFunction:
    @functools.wraps(function)
    def hand_over(running: nox.Session) -> None:
        _hand_over(running)

    return hand_over


def _hand_over(running: nox.Session) -> NoReturn:
    """Replace this nox by the locked one."""
    if os.environ.get(_HANDED_OVER) == str(ROOT):
        running.error(f"{sys.prefix} runs this nox, and {ENVIRONMENT} should; remove {ENVIRONMENT.parent}")
    running.log("going on with the locked nox of requirements/build.txt")
    environment = {**os.environ, _HANDED_OVER: str(ROOT), "PYTHON": _interpreter()}
    os.chdir(running.invoked_from)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execvpe("sh", ["sh", str(ROOT / "buildenv.sh"), "nox", *sys.argv[1:]], environment)  # noqa: S606


def _interpreter() -> str:
    """What `PYTHON` names, else the python3 that `buildenv.sh` takes, else what runs this nox."""
    named = os.environ.get("PYTHON")
    return named or ("python3" if _makes_environments("python3") else sys.executable)


def _makes_environments(python: str) -> bool:
    if shutil.which(python) is None:
        return False
    command = [python, "-I", "-c", _MAKES_ENVIRONMENTS]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=_LOOK_TIMEOUT_S).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
