"""Desks for the tests of the page's daemon: shared ones to look at, and one of its own to stop and start."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ui.daemons import Desk, desk, plain_environment


@contextmanager
def _served(auth_mode: str) -> Iterator[Desk]:
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    try:
        with desk(root, plain_environment(root), auth_mode) as made:
            made.start_server()
            made.start_ui("--tcp", "127.0.0.1:0")
            yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def dev_desk() -> Iterator[Desk]:
    """Server and page in dev mode, on sockets and TCP; tests that file tickets here must not count them."""
    with _served("dev") as made:
        yield made


@pytest.fixture(scope="session")
def hero_desk() -> Iterator[Desk]:
    """Server and page in hero mode, on sockets and TCP."""
    with _served("hero") as made:
        yield made


@pytest.fixture
def own_desk() -> Iterator[Desk]:
    """Server and page in dev mode that the test may stop."""
    with _served("dev") as made:
        yield made
