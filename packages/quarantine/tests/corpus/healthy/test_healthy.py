"""Tests that do what flaky ones do, but correctly: each has its own file, port, process, thread and variable."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pytest

TIMES = pytest.mark.parametrize("number", range(3))


@TIMES
def test_computes(number: int) -> None:
    assert sum(range(1000 * number + 10)) >= 45


@TIMES
def test_sleeps(number: int) -> None:
    time.sleep(0.004 * number)


@TIMES
def test_writes_a_file_of_its_own(tmp_path: Path, number: int) -> None:
    (tmp_path / "file").write_text("x" * number)
    assert len((tmp_path / "file").read_text()) == number


@TIMES
def test_takes_a_free_port(number: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as caller:
        caller.connect(listener.getsockname())
        taken, _ = listener.accept()
        with taken:
            taken.sendall(bytes([number]))
            assert caller.recv(1) == bytes([number])


@TIMES
def test_sets_a_variable_and_takes_it_back(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    assert "HEALTHY" not in os.environ
    monkeypatch.setenv("HEALTHY", str(number))


@TIMES
def test_keeps_a_database_of_its_own(tmp_path: Path, number: int) -> None:
    with sqlite3.connect(tmp_path / "db") as database:
        database.execute("CREATE TABLE t (n)")
        database.execute("INSERT INTO t VALUES (?)", (number,))
        assert database.execute("SELECT n FROM t").fetchone() == (number,)


@TIMES
def test_waits_for_a_thread(number: int) -> None:
    done = threading.Event()
    threading.Thread(target=done.set).start()
    assert done.wait(60)


@TIMES
def test_waits_in_an_event_loop(number: int) -> None:
    async def answer() -> int:
        await asyncio.sleep(0.001)
        return number

    assert asyncio.run(answer()) == number


def test_waits_for_a_process() -> None:
    assert subprocess.run(["true"], check=False).returncode == 0
