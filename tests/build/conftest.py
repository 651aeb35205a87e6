"""An installed small build."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance.releases.install import install
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.paths import Paths
from tests.builds import make_build


@pytest.fixture
def small_install(tmp_path: Path, hero_root: Path, paths: Paths) -> Path:
    """The root of an installation whose `bin/alpha` prints `1.0-one`."""
    install(ReleaseStore.from_paths(paths), make_build(tmp_path / "installed", "1.0-one"), print)
    return hero_root
