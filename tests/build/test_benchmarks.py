"""What the figures are made with: a load that counts what is answered and nothing else, daemons, and a browser."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from benchmarks import daemon_process
from benchmarks.browser.chromium import chromium
from benchmarks.daemon_process import await_port, free_address, running
from benchmarks.desk.load import load, post
from benchmarks.flakes.instructions import compare_counts
from tests.capabilities import CHROMIUM, require

_STUBBORN = """
import signal, socket, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
host, _, port = sys.argv[1].rpartition(":")
server = socket.create_server((host, int(port)))
while True:
    server.accept()
"""


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


def test_a_daemon_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    address = free_address()
    with ExitStack() as stack:
        process = stack.enter_context(running([sys.executable, "-c", _STUBBORN, address], {}))
        await_port(address)
        monkeypatch.setattr(daemon_process, "DEADLINE_S", 0.1)
        with pytest.raises(subprocess.TimeoutExpired):
            stack.close()
    assert process.returncode == -signal.SIGKILL


def test_nothing_listens_where_a_daemon_is_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daemon_process, "DEADLINE_S", 0.1)
    with pytest.raises(SystemExit, match="did not answer"):
        await_port(free_address())


def test_the_browser_that_the_tests_need_is_enough_for_the_benchmarks() -> None:
    require(CHROMIUM)
    with chromium() as browser:
        assert browser.is_connected()


@pytest.mark.parametrize(("counts", "margin"), [([101, 103], 12.706 * 0.01), ([101, 103, 101, 103, 102], 0.0124147)])
def test_the_interval_of_few_rounds_is_wider(counts: list[int], margin: float) -> None:
    """Student's t of one degree of freedom is 12.7, that of four is 2.78."""
    assert compare_counts(counts, [100] * len(counts)) == pytest.approx((1.02, margin), rel=1e-5)
