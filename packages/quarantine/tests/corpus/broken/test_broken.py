"""Tests that fail alone: always, often, or by ending their process; and some that fail under load."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator

import pytest

UNDER_LOAD = "PYTEST_XDIST_WORKER" in os.environ


def test_always_fails() -> None:
    raise AssertionError("broken")


def test_fails_alone_half_the_time() -> None:
    assert random.SystemRandom().random() < 0.5, "a coin"


def test_crashes_under_load() -> None:
    if UNDER_LOAD and random.SystemRandom().random() < 0.5:
        os._exit(3)


def test_is_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()


def test_hangs() -> None:
    time.sleep(3600)


@pytest.fixture
def torn() -> Iterator[None]:
    yield
    assert not UNDER_LOAD, "only the teardown fails"


def test_fails_in_teardown_under_load(torn: None) -> None:
    pass


def test_fine() -> None:
    pass
