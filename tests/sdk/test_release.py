"""The version of a program that no build has made, from what an installer writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance_sdk.release import version

pytestmark = pytest.mark.pure


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that modules are looked for in."""
    monkeypatch.setattr("sys.path", ["/nowhere", str(tmp_path)])
    return tmp_path


def test_the_record_of_the_installed_package_names_the_version(path: Path) -> None:
    (path / "hero_assistance_sdk-1.2.0rc1.dist-info").mkdir()
    (path / "hero_assistance_sdk_extra-9.dist-info").mkdir()
    assert version() == "1.2.0rc1"


def test_a_source_tree_that_nothing_installed_has_no_version(path: Path) -> None:
    (path / "hero_assistance_sdk").mkdir()
    assert version() == "0+unknown"
