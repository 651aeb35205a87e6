"""Refuses a call that is to change something, and names nothing to change."""

from __future__ import annotations

from collections.abc import Set

from hero_assistance_sdk.rpc.errors import InvalidParams
from hero_assistance_sdk.rpc.methods import Params


def require_change(method: str, params: Params, *, nullable: Set[str] = frozenset()) -> None:
    """Raise `InvalidParams` where no optional param has another value than its default.

    The required params say what to change. A null that is given is a change of the `nullable` ones: it takes away.
    """
    fields = type(params).model_fields
    optional = [name for name, field in fields.items() if not field.is_required()]
    for name in optional:
        if name in params.model_fields_set and (name in nullable or getattr(params, name) != fields[name].default):
            return
    raise InvalidParams(f"{method} is given nothing to change", hint=f"it changes {', '.join(optional)}")
