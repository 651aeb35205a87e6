"""A supervisor of its own for each test that asks for one; nothing of it is left afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hero_assistance_sdk.paths import Paths
from tests.supervisor.stage import Stage


@pytest.fixture
def supervised(paths: Paths, hero_env: dict[str, str]) -> Iterator[Stage]:
    """A root with a supervisor that listens."""
    stage = Stage(paths, hero_env)
    try:
        stage.raise_curtain()
        yield stage
    finally:
        stage.clear()
