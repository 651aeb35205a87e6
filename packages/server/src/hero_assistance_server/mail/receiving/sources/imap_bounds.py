"""Bounds of what an IMAP server may say: one that sends without an end is cut off, and holds up nothing else.

The library joins what it has of a line with each piece that comes, and calls itself for each line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT

# The numbers of all mails of a mailbox are one line: enough for half a million of them.
LINE_LIMIT = 4 * 1024 * 1024
# Between two answers to commands; a mail's text does not count.
LINES_LIMIT = 20_000
BYTES_LIMIT = MAIL_LIMIT + 2 * LINE_LIMIT
# Each of its lines is a call deeper, of some hundred that Python has.
_PIECE = 1024
# The state of the library until it has read the greeting.
_CONNECTED = "CONNECTED"

_log = get_log("mail")


class AnswerBounds:
    """Counts what a server says until it answers a command, and ends the connection when it is too much."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._receive, self._handle_line = protocol.data_received, protocol._handle_line
        self._finish = protocol._response_done
        self._bytes = self._lines = 0
        self._is_over = False

    def install(self) -> None:
        """Stand between the connection and the library."""
        self._protocol.data_received = self.receive
        self._protocol._handle_line = self.handle_line
        self._protocol._response_done = self.finish

    def receive(self, data: bytes) -> None:
        """Pass on what came, in pieces; nothing any more once it was too much."""
        self._bytes += len(data)
        for piece in self._cut(data):
            if self._is_over:
                return
            self._receive(piece)
            self._check()

    def handle_line(self, line: bytes, command: Any) -> Any:
        """Count a line."""
        # The library takes each line before its state changes for a greeting, in a task of its own.
        is_greeting = self._protocol.state == _CONNECTED
        self._lines += 1
        if self._lines > (1 if is_greeting else LINES_LIMIT):
            self._cut_off("lines")
        return None if self._is_over else self._handle_line(line, command)

    def finish(self, line: bytes) -> None:
        """Begin to count again: a command is answered."""
        self._bytes = self._lines = 0
        self._finish(line)

    def _cut(self, data: bytes) -> Iterator[bytes]:
        if self._is_within_literal() or b"\n" not in data:
            yield data
            return
        for start in range(0, len(data), _PIECE):
            yield data[start : start + _PIECE]

    def _is_within_literal(self) -> bool:
        command = self._protocol.current_command
        return command is not None and bool(command.wait_literal_data())

    def _check(self) -> None:
        command = self._protocol.current_command
        if command is not None and (command._expected_size or 0) > BYTES_LIMIT:
            self._cut_off("announced bytes")
        elif len(self._protocol.incomplete_line) > LINE_LIMIT:
            self._cut_off("bytes of one line")
        elif self._bytes > BYTES_LIMIT:
            self._cut_off("bytes")

    def _cut_off(self, what: str) -> None:
        if not self._is_over:
            _log.warning("mail.imap-cut-off", too_many=what)
        self._is_over = True
        self._protocol.incomplete_line = b""
        self._protocol.transport.abort()


def bound_answers(client: Any) -> None:
    """Bound what the server of a client may say."""
    AnswerBounds(client.protocol).install()
