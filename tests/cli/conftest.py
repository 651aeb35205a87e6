"""The releases of a root of its own."""

from __future__ import annotations

import pytest

from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.paths import Paths


@pytest.fixture
def store(paths: Paths) -> ReleaseStore:
    """No release is in it yet."""
    return ReleaseStore.from_paths(paths)
