"""The part of a file that a request asks for.

Source: RFC 9110, section 14. Several ranges in one request are refused, as it allows: nothing of ours asks for them,
and they are how a small request makes a server send a lot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# `bytes=first-last`, `bytes=first-` or `bytes=-length`; longer numbers than the largest file are none.
_ONE = re.compile(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", re.ASCII | re.IGNORECASE)
_SEVERAL = re.compile(r"bytes=.*,", re.ASCII | re.IGNORECASE)


class Unsatisfiable(ValueError):
    """The request asks for bytes behind the end of the file, or for several parts."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1


def part_of(header: str, size: int) -> ByteRange | None:
    """Return the part of a file of `size` bytes; `None` for a header without meaning, which is ignored.

    Raises `Unsatisfiable`.
    """
    if _SEVERAL.match(header):
        raise Unsatisfiable("several ranges")
    match = _ONE.fullmatch(header)
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return _suffix(int(match[2]), size)
    first, last = int(match[1]), int(match[2]) if match[2] else size - 1
    if match[2] and first > last:
        return None
    if first >= size:
        raise Unsatisfiable("behind the end")
    return ByteRange(first, min(last, size - 1))


def _suffix(length: int, size: int) -> ByteRange:
    if not length or not size:
        raise Unsatisfiable("nothing is asked for")
    return ByteRange(max(0, size - length), size - 1)
