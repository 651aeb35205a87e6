"""Surroundings that end every Python program which imports anything from them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

_EVIL = "raise SystemExit('poisoned')\n"
_NAMES = ("alpha", "hero_assistance_sdk", "_hero_release", "click", "json", "sitecustomize", "usercustomize")


def poisoned(env: Mapping[str, str], folder: Path) -> tuple[dict[str, str], Path]:
    """Plant poisoned modules in user site, PYTHONPATH and a working directory; return environment and directory.

    The variables with which shiv lets a caller replace what runs are set as well.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    user_site = Path(env["HOME"], ".local", "lib", f"python{version}", "site-packages")
    for target in (folder / "path", folder / "cwd", user_site):
        target.mkdir(parents=True)
        for name in _NAMES:
            (target / f"{name}.py").write_text(_EVIL)
    (folder / "startup.py").write_text(_EVIL)
    variables = {
        "PYTHONPATH": str(folder / "path"),
        "PYTHONSTARTUP": str(folder / "startup.py"),
        "PYTHONHOME": str(folder),
        "SHIV_ENTRY_POINT": "sitecustomize:main",
        "SHIV_MODULE": "sitecustomize",
        "SHIV_CONSOLE_SCRIPT": "sitecustomize",
        "SHIV_PREPEND_PYTHONPATH": str(folder / "path"),
        "SHIV_INTERPRETER": "1",
        "SHIV_ROOT": str(folder / "shiv"),
        "SHIV_FORCE_EXTRACT": "1",
    }
    return {**env, **variables}, folder / "cwd"
