"""Tests that fail because of a neighbour: by a port, a file, a variable, or the order."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest


def hold(port: int, seconds: float) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        time.sleep(seconds)


def test_binds_the_port(port: int) -> None:
    hold(port, 0.02)


def test_keeps_the_port_long(port: int) -> None:
    try:
        hold(port, 0.04)
    except OSError:
        time.sleep(0.02)


def test_counts_in_a_file(shared_file: Path) -> None:
    shared_file.write_text("1")
    time.sleep(0.02)
    assert shared_file.read_text() == "1"


def test_writes_the_same_file(shared_file: Path) -> None:
    for _ in range(10):
        shared_file.write_text("2")
        time.sleep(0.003)


def test_leaves_a_variable_behind() -> None:
    os.environ["LEFT_BEHIND"] = "yes"


def test_wants_a_clean_environment() -> None:
    assert "LEFT_BEHIND" not in os.environ


STATE: list[str] = []


def test_fills_the_module() -> None:
    STATE.append("used")


def test_wants_a_fresh_module() -> None:
    assert not STATE


@pytest.mark.parametrize("number", range(12))
def test_bystander(number: int) -> None:
    time.sleep(0.004 + 0.002 * (number % 4))
