"""The answers of a foreign project: each is one of JSON-RPC to the very call, and its records have their types."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from hero_assistance_sdk.errors import ProtocolViolation
from hero_assistance_sdk.foreign.json_checks import explain, parse_json
from hero_assistance_sdk.wire import (
    Attachment,
    CannedReply,
    Draft,
    Macro,
    Message,
    Project,
    SavedView,
    Ticket,
    User,
    Wire,
)

# What makes an object a record; the first line that fits says which. Another field may be missing in a list, or come
# with a later release.
_RECORDS: tuple[tuple[frozenset[str], type[Wire]], ...] = (
    (frozenset({"client_token", "kind", "title"}), Draft),
    (frozenset({"ticket_id", "title"}), Ticket),
    (frozenset({"message_id", "body"}), Message),
    (frozenset({"attachment_id", "name"}), Attachment),
    (frozenset({"user_id", "role"}), User),
    (frozenset({"view_id", "name"}), SavedView),
    (frozenset({"macro_id", "name"}), Macro),
    (frozenset({"canned_reply_id", "name"}), CannedReply),
    (frozenset({"share_tags", "name"}), Project),
)
# What a page can show of an error.
_LONGEST_WORDS = 4_000
_MOST_FAULTS = 200
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


def check_answer(name: str, call_id: str | int, status: int, body: bytes) -> None:
    """Raise `ProtocolViolation` unless `body` is an answer to the call that a page can use."""
    if status != 200 and not 400 <= status < 600:
        raise ProtocolViolation(f"what answers for {name} is not a ticket server", hint=f"it answered HTTP {status}")
    try:
        _check(parse_json(body), call_id)
    except ValueError as error:
        raise ProtocolViolation(f"{name} sent an answer that is none", hint=explain(error)) from None


def _check(answer: Any, call_id: str | int) -> None:
    if not isinstance(answer, dict) or answer.get("jsonrpc") != "2.0":
        raise ValueError("it is no answer of JSON-RPC")
    if ("result" in answer) == ("error" in answer):
        raise ValueError("it has a result and an error, or neither")
    if "error" in answer:
        _check_error(answer["error"])
    elif answer.get("id") != call_id:
        raise ValueError("it answers another call")
    else:
        _check_result(answer["result"])


def _check_error(error: Any) -> None:
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, int) or isinstance(code, bool) or not isinstance(error.get("message"), str):
        raise ValueError("its error has no code or no message")
    data = error.get("data") or {}
    if not isinstance(data, dict):
        raise ValueError("the data of its error are no object")
    faults, kinds = data.get("faults") or [], data.get("field_faults") or []
    if any(not isinstance(found, list) or len(found) > _MOST_FAULTS for found in (faults, kinds)):
        raise ValueError("the faults of its error are no list of a few")
    values = data.get("values")
    if any(len(str(words)) > _LONGEST_WORDS for words in (error["message"], data.get("hint"), values, *faults, *kinds)):
        raise ValueError("the words of its error are too long to show")


def _check_result(result: Any) -> None:
    if isinstance(result, dict) and "seq" in result and not _is_number(result["seq"]):
        raise ValueError("the number of its last event is none")
    for found in _objects(result):
        model = next((model for keys, model in _RECORDS if keys <= found.keys()), None)
        if model is not None:
            _check_record(found, model)


def _check_record(found: dict[str, Any], model: type[Wire]) -> None:
    for name, types in _field_types(model).items():
        if name in found and not _is_one(found[name], types):
            raise ValueError(f"{name} of a {model.__name__.lower()} is of another type")
    for name in _item_texts(model):
        if not all(isinstance(item, str) for item in found.get(name, ())):
            raise ValueError(f"{name} of a {model.__name__.lower()} are of another type")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_one(value: Any, types: tuple[type, ...]) -> bool:
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))


@cache
def _field_types(model: type[Wire]) -> dict[str, tuple[type, ...]]:
    """Map the fields of a record to the types that JSON has for them."""
    schema = model.model_json_schema(mode="serialization")
    definitions = schema.get("$defs", {})
    return {name: tuple(_types(field, definitions)) for name, field in schema["properties"].items()}


@cache
def _item_texts(model: type[Wire]) -> tuple[str, ...]:
    """Return the fields that are lists of texts."""
    fields = model.model_json_schema(mode="serialization")["properties"]
    return tuple(name for name, field in fields.items() if field.get("items", {}).get("type") == "string")


def _types(schema: dict[str, Any], definitions: dict[str, Any]) -> Iterator[type]:
    for option in schema.get("anyOf", [schema]):
        resolved = definitions[option["$ref"].rpartition("/")[2]] if "$ref" in option else option
        yield from _TYPES[resolved["type"]]
