"""What a source imports, read without importing it."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def read_imports(source: str) -> Iterator[tuple[str, str]]:
    """Each import, at the top, within a function or for types alone: a module, and the name taken from it, if any."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
