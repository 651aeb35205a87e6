"""Requests sent byte for byte, and headers that leave room for two readings."""

from __future__ import annotations

import json
import socket
from typing import Any

Headers = list[tuple[str, str | bytes]]
BROKEN: list[Headers] = [
    [("x-hero-user", "carol"), ("x-hero-user", "alice")],
    [("X-Hero-User", "carol"), ("x-hero-user", "carol")],
    [("x-hero-user", b"jos\xe9")],
    [("x-hero-claims", "a"), ("x-hero-claims", "b")],
    [("x-dev-user", "carol"), ("x-dev-user", "alice")],
    [("last-event-id", "1"), ("last-event-id", "2")],
    [("range", b"bytes=0-\xff")],
    [("if-none-match", b"\xff")],
    [("if-range", b"\xff")],
    [("content-type", "application/json"), ("content-type", "text/plain")],
]
TWO_HOSTS: Headers = [("host", "localhost"), ("host", "evil.example")]


def ask(connected: socket.socket, path: str, headers: Headers) -> tuple[int, Any]:
    """Send a GET byte for byte; returns the status and the JSON of the answer."""
    host: Headers = [] if any(name == "host" for name, _ in headers) else [("host", "localhost")]
    lines = [
        name.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        for name, value in [*host, ("connection", "close"), *headers]
    ]
    with connected:
        connected.sendall(b"\r\n".join([f"GET {path} HTTP/1.1".encode(), *lines, b"", b""]))
        with connected.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body) if body.startswith(b"{") else None
