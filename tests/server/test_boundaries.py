"""Which modules of the server may know the storage engine: derived from the tree, so that a new folder is held too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import hero_assistance_server
from tests.source_imports import read_imports

pytestmark = pytest.mark.pure

ROOT = Path(hero_assistance_server.__file__).parent
STORAGE = "hero_assistance_server.storage"
# Each engine's folder, with its driver.
DRIVERS = {"sqlite": "apsw", "postgres": "psycopg"}
# The search index of a node on PostgreSQL is a file of SQLite.
INDEX_FILE = "storage/postgres/search/index_file.py"
# Where an engine is chosen, and the commands that know a data folder alone.
CHOOSES = {"sqlite": {"offline_commands.py", "storage/engines.py", INDEX_FILE}, "postgres": {"storage/engines.py"}}


def imported(source: str) -> Iterator[str]:
    """Every module that the source imports, and every name that may be one."""
    for module, name in read_imports(source):
        yield from (module, f"{module}.{name}")


def knows_engine(source: str, engine: str) -> bool:
    own = f"{STORAGE}.{engine}."
    return any(name.split(".")[0] == DRIVERS[engine] or f"{name}.".startswith(own) for name in imported(source))


@pytest.mark.parametrize("engine", DRIVERS)
def test_only_the_engine_and_what_chooses_it_know_it(engine: str) -> None:
    outside = [path.relative_to(ROOT) for path in ROOT.rglob("*.py") if engine not in path.relative_to(ROOT).parts]
    assert len(outside) > 100
    found = {path.as_posix() for path in outside if knows_engine((ROOT / path).read_text(), engine)}
    assert found == CHOOSES[engine]


def test_only_engines_know_the_shared_statements() -> None:
    outside = [path for path in ROOT.rglob("*.py") if ROOT / "storage" not in path.parents]
    found = [
        path for path in outside if any(f"{name}.".startswith(f"{STORAGE}.sql.") for name in imported(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "knows"),
    [
        ("import apsw", {"sqlite"}),
        ("def f():\n    from apsw import Connection", {"sqlite"}),
        ("import psycopg.errors", {"postgres"}),
        (f"from {STORAGE}.sqlite import store", {"sqlite"}),
        (f"from {STORAGE}.sqlite.store import Store", {"sqlite"}),
        (f"from {STORAGE} import sqlite", {"sqlite"}),
        (f"from {STORAGE} import postgres", {"postgres"}),
        (f"from {STORAGE}.sql.connection import Connection", set()),
        (f"from {STORAGE}.unit_of_work import Storage", set()),
    ],
)
def test_an_import_is_recognised(source: str, knows: set[str]) -> None:
    assert {engine for engine in DRIVERS if knows_engine(source, engine)} == knows


@pytest.mark.parametrize(
    "folder", sorted(path for path in ROOT.rglob("*/") if (path / "__init__.py").exists()), ids=str
)
def test_no_folder_has_more_than_sixteen_modules(folder: Path) -> None:
    assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= 16
