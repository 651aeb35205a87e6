"""One name stands for one thing: no package has two classes of one name, but for the wire's shape of a thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {path.name: path for path in sorted(ROOT.glob("packages/*/src/*")) if (path / "__init__.py").exists()}
ENGINES = ("sqlite", "postgres")


def read_classes(source: str) -> Iterator[str]:
    """The public classes of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def is_wire(module: Path) -> bool:
    """Whether a module has what methods take and return; it may name that like what its folder holds."""
    return module.name == "rpc_types.py" or module.name.endswith("rpc.py")


def without_engine(module: Path) -> Path:
    """A module of an engine without the name of the engine: each has its own of some classes."""
    return Path(*(part for part in module.parts if part not in ENGINES))


def find_ambiguous(modules: Mapping[Path, str]) -> dict[str, list[str]]:
    """The names of classes that stand for several things, with the modules of each."""
    places: dict[str, set[Path]] = defaultdict(set)
    for module, source in modules.items():
        for name in read_classes(source):
            places[name].add(module)
    return {name: sorted(map(str, found)) for name, found in places.items() if count_things(found) > 1}


def count_things(modules: Set[Path]) -> int:
    """How many things a class of these modules stands for."""
    own = {without_engine(module) for module in modules if not is_wire(module)}
    folders = {module.parent for module in own}
    return len(own) + sum(is_wire(module) and module.parent not in folders for module in modules)


@pytest.mark.parametrize("package", SOURCES)
def test_no_class_has_the_name_of_another_one(package: str) -> None:
    folder = SOURCES[package]
    modules = {path.relative_to(folder): path.read_text() for path in folder.rglob("*.py")}
    assert sum(1 for source in modules.values() for _ in read_classes(source)) > 5
    assert find_ambiguous(modules) == {}


@pytest.mark.parametrize(
    ("modules", "found"),
    [
        ({"a/x.py": "Span", "b/y.py": "Span"}, True),
        ({"a/x.py": "Span", "a/y.py": "Span"}, True),
        ({"a/model.py": "Span", "a/rpc.py": "Span"}, False),
        ({"a/model.py": "Span", "a/admin_rpc.py": "Span"}, False),
        ({"a/model.py": "Span", "b/rpc.py": "Span"}, True),
        ({"storage/sqlite/a/b.py": "Pool", "storage/postgres/a/b.py": "Pool"}, False),
        ({"storage/sqlite/a/b.py": "Pool", "storage/postgres/a/c.py": "Pool"}, True),
        ({"a/x.py": "_Span", "b/y.py": "_Span"}, False),
    ],
)
def test_what_two_classes_of_one_name_stand_for(modules: dict[str, str], found: bool) -> None:
    sources = {Path(module): f"class {name}: ..." for module, name in modules.items()}
    assert (find_ambiguous(sources) != {}) is found
