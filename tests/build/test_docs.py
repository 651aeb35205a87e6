"""Documentation that points somewhere, and names what exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.build.workspace import Workspace
from tests.builds import ROOT

MADE_ELSEWHERE = {".nox", ".buildenv", ".venv", "node_modules", "dist", "site"}
DOCUMENTS = sorted(path for path in ROOT.glob("**/*.md") if not MADE_ELSEWHERE & set(path.parts))
PROMISED_SESSIONS = {
    *("build", "install", "up", "down", "dev"),
    *("tests", "lint", "types", "workflows", "reproduce", "faults", "bench", "lock"),
    *("quick", "coverage", "docs", "changelog", "deploy", "deb", "image"),
}
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path) -> None:
    broken = [link for link in LINK.findall(document.read_text()) if not (document.parent / link).exists()]
    assert broken == []


def test_every_decision_is_numbered_and_has_its_three_parts() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        parts = re.findall(r"^## (\w+)", record.read_text(), re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences"], record.name


def test_the_sessions_are_those_that_were_promised() -> None:
    """The documents and the workflows call them by these names."""
    command = [sys.executable, "-m", "nox", "-l"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^[*-] (\w+)", listed, re.MULTILINE)) >= PROMISED_SESSIONS


def test_the_readme_names_every_binary() -> None:
    text = (ROOT / "README.md").read_text()
    assert [name for name in Workspace().binaries if f"`{name}`" not in text] == []
