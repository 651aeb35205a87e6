"""News fragments: their names, kinds and lengths, and the changelog that is made of them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.build.checks.news import check_news, write_changelog
from scripts.build.tool import ToolError
from tests.builds import ROOT

GOOD = "Tickets have `a.b! c?` names. They are short.\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A git checkout with the towncrier settings of this one and one good fragment."""
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / ".gitignore").write_text("!.gitignore\n")
    (tmp_path / "news" / "+names.feature.md").write_text(GOOD)
    for command in (["init", "--quiet"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_the_fragments_of_the_repository_are_accepted() -> None:
    assert check_news(ROOT) == []


def test_a_good_fragment_is_accepted(checkout: Path) -> None:
    assert check_news(checkout) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("+a.change.md", "One.", "KIND one of feature"),
        ("a.feature.md", "One.", "the name is not"),
        ("+A_b.feature.md", "One.", "the name is not"),
        ("+a.feature.rst", "One.", "the name is not"),
        ("+a.feature.md.orig", "One.", "the name is not"),
        ("+a.bugfix.md", "", "does not end with a full stop"),
        ("+a.bugfix.md", "No stop", "does not end with a full stop"),
        ("+a.bugfix.md", "One. Two. Three. Four.", "more than 3 sentences"),
        ("+a.bugfix.md", "One.\n\nTwo.", "one paragraph"),
        ("+a.bugfix.md", "# One\nTwo.", "one paragraph"),
        ("+a.bugfix.md", "- One.\n- Two.", "one paragraph"),
    ],
)
def test_a_wrong_fragment_is_named_with_its_fault(checkout: Path, name: str, text: str, fault: str) -> None:
    (checkout / "news" / name).write_text(text)
    [found] = check_news(checkout)
    assert found.startswith(f"news/{name}: ")
    assert fault in found


def test_settings_that_towncrier_refuses_are_a_fault(checkout: Path) -> None:
    settings = checkout / "pyproject.toml"
    settings.write_text(settings.read_text().replace('directory = "news"', 'directory = "no-such-folder"'))
    assert check_news(checkout)


def test_a_release_moves_the_fragments_into_the_changelog(checkout: Path) -> None:
    write_changelog(checkout, "1.2.3")
    changelog = (checkout / "CHANGELOG.md").read_text()
    assert changelog.index("1.2.3") < changelog.index(GOOD.strip())
    assert [path.name for path in (checkout / "news").iterdir()] == [".gitignore"]


def test_a_release_with_a_wrong_fragment_changes_nothing(checkout: Path) -> None:
    (checkout / "news" / "+wrong.feature.md").write_text("No stop")
    before = (checkout / "CHANGELOG.md").read_text()
    with pytest.raises(ToolError, match="wrong"):
        write_changelog(checkout, "1.2.3")
    assert (checkout / "CHANGELOG.md").read_text() == before


@pytest.mark.parametrize("version", ["", "1.2", "v1.2.3", "--draft"])
def test_a_release_needs_a_version(checkout: Path, version: str) -> None:
    with pytest.raises(ToolError, match="is no version"):
        write_changelog(checkout, version)
