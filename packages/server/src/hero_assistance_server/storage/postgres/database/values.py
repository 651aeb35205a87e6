"""Values as PostgreSQL gets and gives them: texts, whole numbers and bytes, as in SQLite."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg.abc import AdaptContext, Buffer
from psycopg.adapt import AdaptersMap, Dumper, Loader
from psycopg.types.string import StrDumper

_INT8, _TEXT = "int8", "text"


class _NumberDumper(Dumper):
    """A whole number or a truth value as a `bigint`, of any size: each statement is then prepared once."""

    oid = 20

    def dump(self, obj: Any) -> Buffer | None:
        return b"%d" % obj


class _NumberLoader(Loader):
    """A sum or an average: `numeric` without a fraction is a whole number."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data)
        return float(text) if b"." in text else int(text)


def write_array(numbers: Iterable[int]) -> str:
    """Return whole numbers as the text of an array, for a place that is cast to one."""
    return f"{{{','.join(map(str, numbers))}}}"


def register_values(adapters: AdaptersMap | AdaptContext) -> None:
    """Have a connection take and give values in this way."""
    found = adapters if isinstance(adapters, AdaptersMap) else adapters.adapters
    found.register_dumper(str, StrDumper)
    found.register_dumper(int, _NumberDumper)
    found.register_dumper(bool, _NumberDumper)
    found.register_loader("numeric", _NumberLoader)
