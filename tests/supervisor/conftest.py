"""A supervisor of its own for each test that asks for one; nothing of it is left afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hero_assistance_sdk.paths import Paths
from tests.supervisor.stage import Stage


@pytest.fixture
def stage(paths: Paths, hero_env: dict[str, str]) -> Iterator[Stage]:
    """A root without a supervisor yet."""
    made = Stage(paths, hero_env)
    yield made
    made.clear()


@pytest.fixture
def supervised(stage: Stage) -> Stage:
    """A root with a supervisor that listens."""
    stage.raise_curtain()
    return stage
