"""A small HTTP/1.1 client: one request at a time, over a Unix socket or TCP, kept open for the next one.

It imports little, so that short commands start fast.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from hero_assistance_sdk.net.idle_connections import KEPT_S

_RECEIVED_BYTES = 256 * 1024
_LONGEST_LINE = 64 * 1024
_MOST_HEADERS = 256
_WITHOUT_BODY = (204, 304)
# Many times what a server of ours answers with; a defect must not fill the memory of its caller.
ANSWER_BYTES = 64 * 1024 * 1024
_HEX_DIGITS = b"0123456789abcdefABCDEF"
# Of a host whose name is too long, or has an empty part.
NO_NAME = "no machine can have this name"
# The digits of a length that is worth reading.
_LONGEST_NUMBER = 15


class CutOff(Exception):
    """The other side closed the connection before its answer was whole, as a process that is killed does."""


class NotHttp(Exception):
    """The other side answered with something that is not HTTP/1.1."""


class HttpAnswer(NamedTuple):
    """The status and the whole body of an answer."""

    status: int
    body: bytes


class HttpConnection:
    """Sends requests to one Unix socket, or to one `host:port`; it connects when it is first asked.

    `connect_s` is the most that a connection may take of a request's time, with its proof. `prove` is called with each
    new connection, and asks over it by `exchange` what it has to know before a request goes there; what it raises ends
    the request. After an error, `has_sent` says whether the request may have come to the other side.
    """

    def __init__(
        self,
        target: Path | str,
        timeout_s: float,
        *,
        connect_s: float | None = None,
        prove: Callable[[HttpConnection], None] | None = None,
    ) -> None:
        self._target = target
        self._connect_s = timeout_s if connect_s is None else min(connect_s, timeout_s)
        self._prove = prove
        self.has_sent = False
        self._host = b"localhost" if isinstance(target, Path) else target.encode()
        self._timeout_s = timeout_s
        self._deadline = 0.0
        self._idle_since = 0.0
        self._socket: socket.socket | None = None
        self._received = bytearray()

    def request(self, method: str, path: str, headers: Mapping[bytes, bytes], body: bytes = b"") -> HttpAnswer:
        """Return the answer; raises `CutOff`, `NotHttp`, `OSError`, or `TimeoutError` when all of it takes too long."""
        self.has_sent = False
        self._deadline = time.monotonic() + self._timeout_s
        try:
            self._connect_if_needed()
            self.has_sent = True
            return self.exchange(method, path, headers, body)
        except BaseException:
            self.close()
            raise

    def exchange(self, method: str, path: str, headers: Mapping[bytes, bytes], body: bytes = b"") -> HttpAnswer:
        """Send a request over the connection that there is; raises `CutOff` where there is none."""
        if self._socket is None:
            raise CutOff
        self._limit_wait(self._socket)
        self._send(self._socket, _encode_request(method, path, {b"host": self._host, **headers}, body))
        answer, is_last = self._read_answer()
        if is_last or self._received:
            self.close()
        self._idle_since = time.monotonic()
        return answer

    def peer(self) -> tuple[str, int]:
        """Return the IP address and the port that the connection leads to; raises `CutOff` or `OSError`."""
        if self._socket is None:
            raise CutOff
        host, port = self._socket.getpeername()[:2]
        return str(host), int(port)

    def close(self) -> None:
        """Close the connection; a later request opens another one."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._received.clear()

    def _connect_if_needed(self) -> None:
        is_old = time.monotonic() - self._idle_since > KEPT_S
        if self._socket is not None and (is_old or _is_readable(self._socket)):
            # Without a request, the connection was closed or will be, or the bytes belong to no request.
            self.close()
        if self._socket is not None:
            return
        whole, self._deadline = self._deadline, min(self._deadline, time.monotonic() + self._connect_s)
        self._socket = self._connect()
        if self._prove is not None:
            self._prove(self)
            if self._socket is None:
                # It ended with the proof, and the request was not sent.
                raise CutOff
        self._deadline = whole

    def _connect(self) -> socket.socket:
        if isinstance(self._target, Path):
            opened = socket.socket(socket.AF_UNIX)
            try:
                self._limit_wait(opened)
                opened.connect(str(self._target))
            except BaseException:
                opened.close()
                raise
            return opened
        host, _, port = self._target.rpartition(":")
        try:
            opened = socket.create_connection((host.removeprefix("[").removesuffix("]"), int(port)), self._connect_s)
        except UnicodeError as error:
            raise OSError(NO_NAME) from error
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def _send(self, opened: socket.socket, request: bytes) -> None:
        try:
            opened.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            # A server that refuses a request may answer and close before it has read all of it.
            return

    def _limit_wait(self, opened: socket.socket) -> None:
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("timed out")
        opened.settimeout(remaining)

    def _read_answer(self) -> tuple[HttpAnswer, bool]:
        """The answer, and whether the connection ends with it."""
        status, version = self._read_status()
        headers = self._read_headers()
        while status < 200:
            status, version = self._read_status()
            headers = self._read_headers()
        is_last = version == b"HTTP/1.0" or b"close" in headers.get(b"connection", b"").lower()
        if status in _WITHOUT_BODY:
            return HttpAnswer(status, b""), is_last
        encoding = headers.get(b"transfer-encoding")
        if encoding is not None:
            if encoding.lower() != b"chunked":
                raise NotHttp(f"unknown transfer encoding: {encoding[:60]!r}")
            return HttpAnswer(status, self._read_chunks()), is_last
        length = headers.get(b"content-length")
        if length is None:
            return HttpAnswer(status, self._read_to_end()), True
        if not length.isdigit() or len(length) > _LONGEST_NUMBER:
            raise NotHttp(f"bad content length: {length[:60]!r}")
        return HttpAnswer(status, self._take(int(length))), is_last

    def _read_status(self) -> tuple[int, bytes]:
        line = self._read_line(expected=b"HTTP/1.")
        version, _, rest = line.partition(b" ")
        code = rest[:3]
        if not (len(code) == 3 and code.isdigit() and rest[3:4] in (b"", b" ")):
            raise NotHttp(f"illegal status line: {line[:60]!r}")
        return int(code), version

    def _read_headers(self) -> dict[bytes, bytes]:
        headers: dict[bytes, bytes] = {}
        for _ in range(_MOST_HEADERS):
            line = self._read_line()
            if not line:
                return headers
            name, colon, value = line.partition(b":")
            if not colon:
                raise NotHttp(f"illegal header line: {line[:60]!r}")
            headers[name.strip().lower()] = value.strip()
        raise NotHttp(f"more than {_MOST_HEADERS} headers")

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while size := _parse_chunk_size(self._read_line()):
            _check_size(len(body) + size)
            body += self._take(size)
            if self._read_line():
                raise NotHttp("a chunk is longer than its size")
        self._read_headers()
        return bytes(body)

    def _read_to_end(self) -> bytes:
        while self._receive():
            _check_size(len(self._received))
        return self._take(len(self._received))

    def _read_line(self, expected: bytes = b"") -> bytes:
        """The next line without its end; raises `NotHttp` as soon as it cannot begin with `expected`."""
        begun = 0
        while (end := self._received.find(b"\n", begun)) < 0:
            _check_beginning(self._received, expected)
            begun = len(self._received)
            if begun > _LONGEST_LINE:
                raise NotHttp(f"a line of more than {_LONGEST_LINE} bytes")
            self._receive_more()
        _check_beginning(self._received, expected)
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line.removesuffix(b"\r")

    def _take(self, size: int) -> bytes:
        _check_size(size)
        while len(self._received) < size:
            self._receive_more()
        taken = bytes(self._received[:size])
        del self._received[:size]
        return taken

    def _receive_more(self) -> None:
        if not self._receive():
            raise CutOff

    def _receive(self) -> int:
        """Wait for more; how many bytes came, 0 at the end."""
        assert self._socket is not None  # noqa: S101
        self._limit_wait(self._socket)
        received = self._socket.recv(_RECEIVED_BYTES)
        self._received += received
        return len(received)


def _encode_request(method: str, path: str, headers: Mapping[bytes, bytes], body: bytes) -> bytes:
    if any(b"\r" in value or b"\n" in value for value in headers.values()):
        raise ValueError("a header holds a line break")
    head = f"{method} {path} HTTP/1.1\r\n".encode()
    lines = b"".join(b"%b: %b\r\n" % header for header in headers.items())
    length = b"content-length: %d\r\n" % len(body) if body else b""
    return head + lines + length + b"\r\n" + body


def _check_beginning(received: bytearray, expected: bytes) -> None:
    if not expected.startswith(bytes(received[: len(expected)])):
        raise NotHttp(f"illegal status line: {bytes(received[:60])!r}")


def _parse_chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > _LONGEST_NUMBER or digits.strip(_HEX_DIGITS):
        raise NotHttp(f"illegal chunk header: {line[:60]!r}")
    return int(digits, 16)


def _check_size(size: int) -> None:
    if size > ANSWER_BYTES:
        raise NotHttp(f"an answer of more than {ANSWER_BYTES} bytes")


def _is_readable(opened: socket.socket) -> bool:
    """Whether something came on a connection, or its end, without waiting."""
    opened.setblocking(False)
    try:
        opened.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
