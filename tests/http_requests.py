"""Reads the requests that a listener of a test is sent."""

from __future__ import annotations

import re
import socket

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def read_request(connection: socket.socket) -> bytes:
    """Read one request as a whole, its body included; nothing where the caller has gone.

    A head and its body may come apart. Who answers and closes before the body is read resets the connection.
    """
    read = b""
    while b"\r\n\r\n" not in read:
        if not (piece := connection.recv(65536)):
            return b""
        read += piece
    length = _LENGTH.search(read)
    missing = (int(length[1]) if length else 0) - len(read.partition(b"\r\n\r\n")[2])
    while missing > 0:
        if not (piece := connection.recv(65536)):
            return b""
        read += piece
        missing -= len(piece)
    return read
