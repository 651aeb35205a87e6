"""Which modules of the server may know the storage engine: derived from the tree, so that a new folder is held too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import hero_assistance_server

pytestmark = pytest.mark.pure

ROOT = Path(hero_assistance_server.__file__).parent
ENGINE = "hero_assistance_server.storage.sqlite"
# Where an engine is chosen: the running server, its type, and the commands on a data folder without a server.
CHOOSES = {"server.py", "desk.py", "offline_commands.py"}


def imported(source: str) -> Iterator[str]:
    """Every module that the source imports, at its top or within a function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def knows_engine(source: str) -> bool:
    return any(name.split(".")[0] == "apsw" or f"{name}.".startswith(f"{ENGINE}.") for name in imported(source))


def test_only_the_engine_and_what_chooses_it_know_it() -> None:
    outside = [path.relative_to(ROOT) for path in ROOT.rglob("*.py") if "sqlite" not in path.relative_to(ROOT).parts]
    assert len(outside) > 100
    found = {path.as_posix() for path in outside if knows_engine((ROOT / path).read_text())}
    assert found == CHOOSES


@pytest.mark.parametrize(
    ("source", "knows"),
    [
        ("import apsw", True),
        ("def f():\n    from apsw import Connection", True),
        (f"from {ENGINE} import store", True),
        (f"from {ENGINE}.store import Store", True),
        ("from hero_assistance_server.storage import sqlite", True),
        ("from hero_assistance_server.storage.unit_of_work import Storage", False),
    ],
)
def test_an_import_is_recognised(source: str, knows: bool) -> None:
    assert knows_engine(source) is knows


@pytest.mark.parametrize(
    "folder", sorted(path for path in ROOT.rglob("*/") if (path / "__init__.py").exists()), ids=str
)
def test_no_folder_has_more_than_sixteen_modules(folder: Path) -> None:
    assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= 16
