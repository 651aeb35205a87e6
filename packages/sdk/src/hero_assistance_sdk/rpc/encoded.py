"""Results that are JSON already, so that stored bytes are sent without encoding them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic_core import to_json

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Encoded(Generic[M]):
    """The JSON of an `M`.

    A handler that returns `Encoded[TicketPage]` is documented as one that returns a `TicketPage`, and its bytes are
    neither checked nor encoded again; its examples prove that they are a `TicketPage`.
    """

    json: bytes

    @classmethod
    def of(cls, model: type[M], **fields: Any) -> Encoded[M]:
        """Put the fields of a model together: bytes are JSON already, anything else is encoded here."""
        names = _names(model)
        if fields.keys() != names.keys():
            raise TypeError(f"{model.__name__} has the fields {list(names)}, not {list(fields)}")
        pairs = [
            names[name] + (value if isinstance(value, bytes) else to_json(value)) for name, value in fields.items()
        ]
        return cls(b"{" + b",".join(pairs) + b"}")


@cache
def _names(model: type[BaseModel]) -> dict[str, bytes]:
    """How each field of a model begins."""
    return {name: b'"%b":' % name.encode() for name in model.model_fields}


def array(items: Iterable[bytes]) -> bytes:
    """The JSON array of items that are JSON already."""
    return b"[" + b",".join(items) + b"]"
