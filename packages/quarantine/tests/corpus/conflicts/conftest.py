"""The things that the conflicting tests share; the folder differs for every copy of this suite."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def port() -> int:
    """A port that only this copy of the suite uses."""
    return 20_000 + zlib.crc32(str(HERE).encode()) % 10_000


@pytest.fixture
def shared_file() -> Path:
    """A file that only this copy of the suite uses."""
    return HERE / "shared.txt"
