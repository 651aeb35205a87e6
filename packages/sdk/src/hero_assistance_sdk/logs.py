"""Logs as an event name and fields, one line each, on standard error.

2026-11-22T14:49:24.031Z info action.restarted action=hero_assistance_server attempt=3
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

from hero_assistance_sdk.os_errors import explain, is_of_the_machine

_ROOT = "hero_assistance"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/:@+,[]")

# A program that shows no logs, such as a command, shows none of its warnings either.
logging.getLogger(_ROOT).addHandler(logging.NullHandler())


class EventLog:
    """A logger whose messages are an event name and fields."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def debug(self, event: str, **fields: object) -> None:
        """Log a detail that only somebody who looks for a fault wants."""
        self._log(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: object) -> None:
        """Log an event of normal work."""
        self._log(logging.INFO, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Log what went wrong and was dealt with."""
        self._log(logging.WARNING, event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Log what went wrong and needs an operator."""
        self._log(logging.ERROR, event, fields)

    def exception(self, event: str, **fields: object) -> None:
        """Log an unexpected exception with its traceback; only the outermost loops call this.

        What an operator has to mend, such as a full disk, is logged in one line with a hint.
        """
        error = sys.exc_info()[1]
        if isinstance(error, OSError) and is_of_the_machine(error):
            told = explain(error)
            self.error(event, **fields, error=told.message, hint=told.hint or "")
        else:
            self._logger.error(event, exc_info=True, extra={"fields": fields})

    def _log(self, level: int, event: str, fields: dict[str, Any]) -> None:
        if self._logger.isEnabledFor(level):
            self._logger.log(level, event, extra={"fields": fields})


def get_log(area: str) -> EventLog:
    """The log of one area of a program, such as `store`."""
    return EventLog(logging.getLogger(f"{_ROOT}.{area}"))


def configure_logs(level: str = "info") -> None:
    """Send every log of this process to standard error, in one format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_EventFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Both log a line for each request at INFO, which no operator needs.
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _EventFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = f"{stamp}.{int(record.msecs):03d}Z {record.levelname.lower()} {record.getMessage()}"
        fields: dict[str, object] = getattr(record, "fields", {})
        line += "".join(f" {name}={_value(value)}" for name, value in fields.items())
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _value(value: object) -> str:
    text = str(value)
    return text if text and _PLAIN.issuperset(text) else json.dumps(text, ensure_ascii=False)
