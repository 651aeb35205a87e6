"""The mails that come with Python's own tests, and with libraries that are installed here."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_FOLDERS = (("test.test_email", "data"), ("aioimaplib", "tests/data"))


def find_mails() -> list[Path]:
    """The files, none where Python is installed without its tests."""
    found: list[Path] = []
    for package, folder in _FOLDERS:
        try:
            spec = importlib.util.find_spec(package)
        except ModuleNotFoundError:
            continue
        if spec is not None and spec.origin is not None:
            data = Path(spec.origin).parent / folder
            found += sorted(one for one in data.glob("*") if one.suffix in {".txt", ".eml"})
    return found
