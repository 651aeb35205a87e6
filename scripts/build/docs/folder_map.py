"""What each folder of the Python packages holds: the first sentence of its `__init__.py`, as one page.

python -m scripts.build.docs.folder_map              write docs/folders.md
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.build.workspace import REPOSITORY, Workspace

PAGE = REPOSITORY / "docs" / "folders.md"
COMMAND = "python -m scripts.build.docs.folder_map"
OUTSIDE = ("scripts", "benchmarks")

_HEAD = f"""\
# Folders

What each folder of the code holds, in the words of its `__init__.py`. [architecture.md](architecture.md) says how
they work together and where a question is decided, [glossary.md](glossary.md) what the nouns mean. This page is
made from the code by `{COMMAND}`.
"""


def render_page() -> str:
    """Return the whole of the page."""
    sources = [package.folder / "src" / package.module for package in Workspace().packages.values()]
    outside = [REPOSITORY / name for name in OUTSIDE]
    return "\n".join([_HEAD, *map(_render_source, [*sources, *outside])])


def list_folders(source: Path) -> Iterator[tuple[str, str]]:
    """Yield each folder below a package, by its path from there, with what it holds."""
    for path in sorted(source.rglob("__init__.py"), key=lambda path: path.parent.parts):
        if path.parent != source:
            yield path.parent.relative_to(source).as_posix(), read_sentence(path)


def read_sentence(path: Path) -> str:
    """Return the first line of what a module says of itself; raises `ValueError` where it says nothing."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    if not text:
        raise ValueError(f"{path} has no docstring")
    return text.partition("\n")[0]


def _render_source(source: Path) -> str:
    where = source.relative_to(REPOSITORY)
    name = where.parts[1] if where.parts[0] == "packages" else where.name
    head = f"## {name}\n\n`{where.as_posix()}/`: {read_sentence(source / '__init__.py')}\n"
    return head + _render_table([f"| `{folder}/` | {holds} |" for folder, holds in list_folders(source)])


def _render_table(rows: Sequence[str]) -> str:
    return "\n| folder | what it holds |\n|---|---|\n" + "\n".join(rows) + "\n" if rows else ""


if __name__ == "__main__":
    PAGE.write_text(render_page(), "utf-8")
