"""The CPythons of this machine that the project supports: those on `PATH`, and those that pyenv has installed.

`python -m scripts.build.locks.interpreters` prints a line for each supported version: where it is, or that it is not
there.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

# As in noxfile.py and in the workflows; a test compares them.
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")


def find_interpreter(version: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """A CPython of this version, such as `3.13`; `None` when the machine has none.

    A shim of pyenv is passed over: it may stand for a version that is not chosen here, and then only complains.
    """
    name = f"python{version}"
    pyenv = _pyenv_root(environ)
    places = map(Path, filter(None, environ.get("PATH", os.defpath).split(os.pathsep)))
    on_path = [place / name for place in places if place != pyenv / "shims"]
    kept = [folder / "bin" / name for folder in _pyenv_folders(pyenv, version)]
    return next((path for path in (*on_path, *kept) if os.access(path, os.X_OK) and path.is_file()), None)


def find_all(environ: Mapping[str, str] = os.environ) -> dict[str, Path | None]:
    """Every supported version, oldest first, with its interpreter on this machine."""
    return {version: find_interpreter(version, environ) for version in SUPPORTED}


def find_newest_other(environ: Mapping[str, str] = os.environ) -> tuple[str, Path] | None:
    """The newest supported interpreter of this machine that is not of the version that runs this."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    others = [(version, path) for version, path in find_all(environ).items() if path is not None and version != own]
    return others[-1] if others else None


def _pyenv_root(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/"), ".pyenv"))


def _pyenv_folders(pyenv: Path, version: str) -> list[Path]:
    """The installations of a version, newest first; neither pre-releases nor builds without the global lock."""
    release = re.compile(rf"{re.escape(version)}\.(\d+)")
    found = [(matched, folder) for folder in pyenv.glob("versions/*") if (matched := release.fullmatch(folder.name))]
    return [folder for _patch, folder in sorted(((int(matched[1]), folder) for matched, folder in found), reverse=True)]


def main() -> int:
    """Print what this machine has."""
    for version, path in find_all().items():
        print(f"CPython {version}: {path or 'not on this machine'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
