"""Which module may import which: no package has a circle, and no module of the server imports one of a higher layer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.source_imports import read_imports

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {path.name: path for path in sorted(ROOT.glob("packages/*/src/*")) if (path / "__init__.py").exists()}
SERVER = "hero_assistance_server"
# From the lowest; docs/decisions/0050 says why these are kinds of modules and not folders.
LAYERS = (
    {"model"},
    {"event_types", "kinds", "permissions", "repository", "rules"},
    {"service"},
    {"rpc"},
    {"feature"},
)


def module_name(package: str, path: Path) -> str:
    parts = [package, *path.relative_to(SOURCES[package]).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str, modules: frozenset[str]) -> Iterator[str]:
    """The modules of a package that a source imports."""
    for module, name in read_imports(source):
        submodule = f"{module}.{name}"
        if submodule in modules:
            yield submodule
        elif module in modules:
            yield module


@cache
def graph(package: str) -> dict[str, set[str]]:
    """The modules that each module of a package imports."""
    sources = {module_name(package, path): path.read_text() for path in SOURCES[package].rglob("*.py")}
    modules = frozenset(sources)
    return {name: {*imported(source, modules)} - {name} for name, source in sources.items()}


def layer(module: str) -> int | None:
    """How high a module is by its name, if that tells."""
    kind = module.rpartition(".")[2].rpartition("_")
    names = {module.rpartition(".")[2], kind[2] if kind[2] in {"rpc", "service"} else ""}
    return next((height for height, kinds in enumerate(LAYERS) if kinds & names), None)


def imports_upward(modules: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The imports of a module of a higher layer."""
    heights = {name: height for name in modules if (height := layer(name)) is not None}
    pairs = ((name, other) for name, others in modules.items() for other in others)
    return sorted(pair for pair in pairs if pair[0] in heights and heights.get(pair[1], -1) > heights[pair[0]])


def circle(modules: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle, if any do."""
    try:
        TopologicalSorter(modules).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("package", SOURCES)
def test_no_modules_import_each_other_in_a_circle(package: str) -> None:
    assert len(graph(package)) > 5
    assert circle(graph(package)) == []


def test_no_module_of_the_server_imports_a_higher_layer() -> None:
    found = graph(SERVER)
    assert {layer(name) for name in found} == {None, *range(len(LAYERS))}
    assert imports_upward(found) == []


@pytest.mark.parametrize(
    ("module", "height"),
    [
        ("a.tickets.model", 0),
        ("a.tickets.rules", 1),
        ("a.users.login_service", 2),
        ("a.tickets.merging.merge_split_rpc", 3),
        ("a.tickets.feature", 4),
        ("a.tickets.sharing", None),
        ("a.service_model", None),
    ],
)
def test_a_name_tells_the_layer(module: str, height: int | None) -> None:
    assert layer(module) == height


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a.b.model", {"a.b.model"}),
        ("from a.b import model", {"a.b.model"}),
        ("from a.b import Thing", {"a.b"}),
        ("from a.b.model import Thing", {"a.b.model"}),
        ("if TYPE_CHECKING:\n    from a.b.model import Thing", {"a.b.model"}),
        ("def f():\n    from a.b import model", {"a.b.model"}),
        ("import os\nfrom c.d import e", set()),
    ],
)
def test_an_import_is_recognised(source: str, found: set[str]) -> None:
    assert {*imported(source, frozenset({"a", "a.b", "a.b.model"}))} == found


def test_a_circle_and_an_import_upward_are_found() -> None:
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})) == {"a", "b", "c"}
    assert imports_upward({"s.t.rules": {"s.u.service", "s.u.model"}, "s.u.service": set(), "s.u.model": set()}) == [
        ("s.t.rules", "s.u.service")
    ]
