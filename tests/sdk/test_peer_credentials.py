"""The kernel tells who is at the other end of a Unix socket; what macOS answers is played to it on every system."""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from typing import cast

import pytest

from hero_assistance_sdk.net.peer_credentials import PeerCredentials, read_peer_credentials, read_peer_pid
from tests.capabilities import PEER_CREDENTIALS, needs

# sys/un.h and sys/ucred.h of macOS.
SOL_LOCAL, LOCAL_PEERCRED, LOCAL_PEERPID = 0, 1, 2
XUCRED_SIZE = 76


class PretendedMacSocket:
    """A socket that answers as getsockopt(2) of macOS is documented to; not a socket of macOS."""

    def __init__(self, *, user: int, pid: int | None, version: int = 0) -> None:
        self.user, self.pid, self.version = user, pid, version

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        """The peer's user and groups, or its pid; a closed peer has no pid."""
        assert level == SOL_LOCAL
        if option == LOCAL_PEERCRED:
            assert size == XUCRED_SIZE
            return struct.pack("=IIh2x16I", self.version, self.user, 2, 20, 12, *[0] * 14)
        assert (option, size) == (LOCAL_PEERPID, 4)
        if self.pid is None:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        return struct.pack("=i", self.pid)


@pytest.fixture
def on_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the branch of macOS."""
    monkeypatch.delattr(socket, "SO_PEERCRED", raising=False)
    monkeypatch.setattr(sys, "platform", "darwin")


def read(pretended: PretendedMacSocket) -> PeerCredentials | None:
    return read_peer_credentials(cast(socket.socket, pretended))


@needs(PEER_CREDENTIALS)
def test_both_ends_of_a_pair_are_this_process() -> None:
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert read_peer_credentials(one) == (os.getpid(), os.getuid())
        assert read_peer_pid(other) == os.getpid()


@pytest.mark.usefixtures("on_mac")
def test_the_two_answers_of_macos_are_put_together() -> None:
    assert read(PretendedMacSocket(user=501, pid=4711)) == (4711, 501)


@pytest.mark.usefixtures("on_mac")
def test_a_peer_of_macos_that_has_closed_has_a_user_and_no_pid() -> None:
    assert read(PretendedMacSocket(user=501, pid=None)) == (0, 501)


@pytest.mark.usefixtures("on_mac")
def test_an_answer_of_another_version_tells_nothing() -> None:
    assert read(PretendedMacSocket(user=501, pid=4711, version=1)) is None


def test_a_system_that_does_not_tell_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "SO_PEERCRED", raising=False)
    monkeypatch.setattr(sys, "platform", "freebsd14")
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert read_peer_credentials(one) is None
        assert read_peer_pid(other) == 0
