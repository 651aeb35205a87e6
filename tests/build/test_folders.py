"""A folder holds few modules, so that a newcomer finds a noun by the names of folders alone."""

from __future__ import annotations

from collections import Counter

import pytest

from scripts.build.workspace import REPOSITORY

MODULES_LIMIT = 16
SOURCES = (
    "packages/*/src/**/*.py",
    "packages/*/frontend/**/*.ts",
    "packages/*/frontend/**/*.tsx",
    "scripts/**/*.py",
    "benchmarks/**/*.py",
)
pytestmark = pytest.mark.pure


def test_no_folder_holds_more_than_sixteen_modules() -> None:
    modules = [path for pattern in SOURCES for path in REPOSITORY.glob(pattern)]
    counted = Counter(
        path.parent.relative_to(REPOSITORY).as_posix()
        for path in modules
        if path.name != "__init__.py" and not path.name.endswith(".test.ts")
    )
    assert counted["packages/cli/src/hero_assistance"] > 0
    assert {folder: count for folder, count in counted.items() if count > MODULES_LIMIT} == {}
