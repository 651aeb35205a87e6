"""A supervisor of its own for each test that asks for one; nothing of it is left afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hero_assistance_sdk.paths import Paths
from tests.supervisor.harness import Harness


@pytest.fixture
def supervised(paths: Paths, hero_env: dict[str, str]) -> Iterator[Harness]:
    """A root with a supervisor that listens."""
    harness = Harness(paths, hero_env)
    try:
        harness.start_supervisor()
        yield harness
    finally:
        harness.clean_up()
