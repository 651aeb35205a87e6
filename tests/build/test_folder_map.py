"""docs/folders.md has every folder of the code, in the words of the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.build.docs.folder_map import COMMAND, PAGE, list_folders, read_sentence, render_page


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == render_page(), f"run {COMMAND}"


def test_each_folder_is_there_with_its_first_line(tmp_path: Path) -> None:
    for folder, text in (("", "The package."), ("b", "Two.\n\nMore."), ("a", "One."), ("a/c", "Three.")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "__init__.py").write_text(f'"""{text}"""\n')
    assert list(list_folders(tmp_path)) == [("a", "One."), ("a/c", "Three."), ("b", "Two.")]


def test_a_folder_that_says_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("")
    with pytest.raises(ValueError, match="has no docstring"):
        read_sentence(tmp_path / "__init__.py")
