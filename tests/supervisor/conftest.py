"""A supervisor for each test that asks for one; nothing of it is left afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hero_assistance_sdk.paths import Paths
from tests.supervisor.harness import Harness
from tests.supervisor.stand_in_daemons import installed_daemons


@pytest.fixture
def harness(paths: Paths, hero_env: dict[str, str]) -> Iterator[Harness]:
    """A root without a supervisor yet."""
    made = Harness(paths, hero_env)
    yield made
    made.clean_up()


@pytest.fixture
def supervised(harness: Harness) -> Harness:
    """A root with a supervisor that listens."""
    harness.start_supervisor()
    return harness


@pytest.fixture
def desk(paths: Paths, hero_env: dict[str, str]) -> Iterator[Paths]:
    """A root with two small programs in the place of the daemons; what still runs of them is ended afterwards."""
    with installed_daemons(paths) as root:
        yield root
