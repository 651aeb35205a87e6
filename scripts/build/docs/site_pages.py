"""A hook of MkDocs: brings the pages of the repository's root into the site, and lists folders in its navigation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

# What stands next to the README for those who read the repository without the site.
ROOT_PAGES = ("CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Replace each folder of the navigation by its pages, so that no list of pages is written by hand."""
    config.nav = _expand(config.nav, Path(config.docs_dir))
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages of the repository's root."""
    for name in ROOT_PAGES:
        files.append(File.generated(config, name, abs_src_path=str(Path(config.docs_dir).parent / name)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Make the links between both folders fit the site, where they are one."""
    del config, files
    if page.file.src_uri in ROOT_PAGES:
        return markdown.replace("](docs/", "](")
    return markdown if "/" in page.file.src_uri else markdown.replace("](../", "](")


def _expand(item: Any, docs: Path) -> Any:
    match item:
        case dict():
            return {title: _expand(inner, docs) for title, inner in item.items()}
        case list():
            return [_expand(inner, docs) for inner in item]
        case str() if item.endswith("/"):
            return [path.relative_to(docs).as_posix() for path in sorted((docs / item).glob("*.md"), key=_index_first)]
        case _:
            return item


def _index_first(path: Path) -> tuple[bool, str]:
    return path.name != "README.md", path.name
