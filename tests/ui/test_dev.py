"""`nox -s dev`: which changes start the page again, and what a source with a fault does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from watchfiles import Change

from scripts.build.dev import SourceFilter, build_page, watched_folders

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "packages" / "ui"


def test_the_sources_of_the_page_and_of_the_server_are_watched() -> None:
    watched = watched_folders()
    assert PACKAGE / "frontend" in watched
    assert {PACKAGE / "src", ROOT / "packages" / "server" / "src", ROOT / "packages" / "sdk" / "src"} <= set(watched)


def test_what_a_build_writes_starts_nothing() -> None:
    passes = SourceFilter()
    package = PACKAGE / "src" / "hero_assistance_ui"
    assert passes(Change.modified, str(package / "page.py"))
    assert passes(Change.modified, str(PACKAGE / "frontend" / "main.tsx"))
    assert not passes(Change.added, str(package / "bundle" / "manifest.json"))


def test_a_source_with_a_fault_leaves_the_last_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ignored = shutil.ignore_patterns("bundle", "node_modules", "__pycache__", ".bundle-*", ".npm-*")
    package = Path(shutil.copytree(PACKAGE, tmp_path / "ui", ignore=ignored))
    manifest = package / "src" / "hero_assistance_ui" / "bundle" / "manifest.json"
    assert build_page(package)
    before = manifest.read_bytes()
    source = package / "frontend" / "main.tsx"
    source.write_text(source.read_text() + "\nconst = 1;\n")
    assert not build_page(package)
    assert "main.tsx" in capsys.readouterr().err
    assert manifest.read_bytes() == before
