"""The tests of the server that run on SQLite alone, and why: read from their marks, without importing them.

python -m scripts.build.docs.sqlite_tests            write docs/sqlite_only.md
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from scripts.build.workspace import REPOSITORY

TESTS = REPOSITORY / "tests" / "server"
PAGE = REPOSITORY / "docs" / "sqlite_only.md"
COMMAND = "python -m scripts.build.docs.sqlite_tests"
MARK = "sqlite_only"

_HEAD = f"""\
# What is tested on SQLite alone

`nox -s tests_postgres` runs the tests of the server once more on [PostgreSQL](postgres.md). It skips those below:
they are marked `{MARK}`, and the mark says why. A test without the mark that leaves a database of SQLite
behind fails there. This page is made from the marks by `{COMMAND}`.

| why | tests |
|---|---|
"""


def render_page() -> str:
    """Return the whole of the page."""
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for reason, names in find_marks(ast.parse(path.read_text("utf-8"))):
            place = path.relative_to(TESTS).as_posix()
            reasons[reason].append(f"`{place}`" + (f": {', '.join(f'`{name}`' for name in names)}" if names else ""))
    rows = [f"| {reason} | {'<br>'.join(places)} |" for reason, places in sorted(reasons.items())]
    return _HEAD + "\n".join(rows) + "\n"


def find_marks(module: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Find each reason of a module, with the tests that are marked by it; no test means all of the module."""
    marked: defaultdict[str, list[str]] = defaultdict(list)
    for node in module.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            yield from ((reason, []) for reason in _reasons(node.value))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for reason in (found for decorator in node.decorator_list for found in _reasons(decorator)):
                marked[reason].append(node.name)
    yield from marked.items()


def _reasons(node: ast.expr) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == MARK:
            yield str(ast.literal_eval(call.args[0]))


if __name__ == "__main__":
    PAGE.write_text(render_page(), "utf-8")
