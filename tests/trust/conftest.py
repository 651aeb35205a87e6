"""Supervisors of its own for each test that asks for one; nothing of them is left afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hero_assistance_sdk.paths import Paths
from tests.trust.harness import Supervised, hero_proc, supervised


@pytest.fixture
def anyio_backend() -> str:
    """The loop that the daemons run on."""
    return "asyncio"


@pytest.fixture
def embedded(paths: Paths, hero_env: dict[str, str]) -> Iterator[Supervised]:
    """The embedded supervisor of this root, not started yet."""
    with supervised(paths, hero_env) as made:
        yield made


@pytest.fixture
def box(paths: Paths, hero_env: dict[str, str]) -> Iterator[Supervised]:
    """A supervisor in hero_proc's place, not started yet."""
    with hero_proc(paths, hero_env) as made:
        yield made
