"""Calls with their answers: a method declares them, its document shows them, and the tests make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call by one caller; params by name, as JSON values."""

    caller: str
    method: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """A call of the method that declares it, and the answer, as JSON values.

    It is made after the calls in `after`. `varies` names fields of the answer, at any depth, whose values differ from
    run to run; of those only the type is compared.
    """

    name: str
    caller: str
    params: Mapping[str, Any]
    result: Any
    after: tuple[Call, ...] = ()
    varies: frozenset[str] = frozenset()
