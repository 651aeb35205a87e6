"""The kernel tells who is at the other end of a Unix socket."""

from __future__ import annotations

import os
import socket

import pytest

from hero_assistance_sdk.net.peer_credentials import read_peer_credentials, read_peer_pid


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="the system does not tell")
def test_both_ends_of_a_pair_are_this_process() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert read_peer_credentials(one) == (os.getpid(), os.getuid())
        assert read_peer_pid(other) == os.getpid()
