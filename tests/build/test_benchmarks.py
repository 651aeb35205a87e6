"""What the figures are made with: a load that counts what is answered and nothing else, and a browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.browser.chromium import chromium
from benchmarks.desk.load import load, post
from tests.capabilities import CHROMIUM, require


@pytest.fixture
def echo() -> Iterator[str]:
    """The address of a bare echo."""
    with subprocess.Popen([sys.executable, "-m", "benchmarks.desk.echo"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def test_a_load_counts_answers(echo: str) -> None:
    found = load(echo, [post("/rpc", b"{}"), post("/rpc", b"[1,2]")], 4, 0.2)
    assert found.per_second > 0
    assert 0 < found.median_ms <= found.p99_ms
    assert found.busy > 0


def test_a_load_that_is_refused_is_no_figure(echo: str) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        load(echo, [post("/elsewhere", b"{}")], 2, 0.2)


def test_the_browser_that_the_tests_need_is_enough_for_the_benchmarks() -> None:
    require(CHROMIUM)
    with chromium() as browser:
        assert browser.is_connected()
