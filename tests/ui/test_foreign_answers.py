"""What a foreign project may answer: everything that a server of ours does, in any of its fields."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from hero_assistance_sdk.errors import ProtocolViolation
from hero_assistance_ui.foreign_projects.answers import check_answer
from scripts.build.docs.wire_docs import openrpc_document
from tests.server.server_methods import registered


def test_the_examples_of_all_methods_pass() -> None:
    examples = [example for method in registered().table for example in method.examples]
    assert len(examples) > 50
    for example in examples:
        check_answer("desk", 1, 200, json.dumps({"jsonrpc": "2.0", "id": 1, "result": example.result}).encode())


_SCALARS: dict[str, Any] = {"string": "", "integer": 1, "number": 0.5, "boolean": True, "null": None}


def _values(schema: dict[str, Any], definitions: dict[str, Any], depth: int = 8) -> Iterator[Any]:
    """A value for each alternative that a schema names; of an object, one with each alternative of each field."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _values(definitions.get(name, {}), definitions, depth - 1) if depth else ()
    for option in [*schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        yield from _values(option, definitions, depth)
    if "properties" in schema:
        fields = {name: list(_values(field, definitions, depth)) for name, field in schema["properties"].items()}
        first = {name: values[0] for name, values in fields.items() if values}
        yield from ({**first, name: value} for name, values in fields.items() for value in values)
    elif schema.get("type") == "array":
        yield list(_values(schema.get("items", {}), definitions, depth))
    elif schema.get("type") in _SCALARS:
        yield schema.get("const", schema.get("enum", [_SCALARS[schema["type"]]])[0])


def test_what_the_document_promises_passes() -> None:
    """Whatever an answer may have in a field, as `null` for the ticket of a new ticket's draft."""
    document = asyncio.run(openrpc_document())
    definitions = document["components"]["schemas"]
    checked = 0
    for method in document["methods"]:
        for result in _values(method["result"]["schema"], definitions):
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result})
            check_answer(method["name"], 1, 200, body.encode())
            checked += 1
    assert checked > 500


@pytest.mark.parametrize("status", [200, 401, 503])
def test_an_error_passes_with_every_status_that_may_carry_one(status: int) -> None:
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": -32003, "message": "who are you", "data": {"hint": "x"}}}
    check_answer("desk", 1, status, json.dumps(body).encode())


def test_fields_may_be_missing_or_more() -> None:
    """A list may leave out what it does not show, and a later release may add to everything."""
    ticket = {"ticket_id": 1, "title": "t", "assignee": None, "later": {"a": [1.5]}, "tags": ["a"]}
    body = {"jsonrpc": "2.0", "id": 1, "result": {"tickets": [ticket], "seq": 0, "more": [[None]]}, "meta": 1}
    check_answer("desk", 1, 200, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        ({"tickets": [{"ticket_id": "1", "title": "t"}]}, "ticket_id of a ticket"),
        ({"ticket_id": 1, "title": "t", "assignee": 5}, "assignee of a ticket"),
        ({"ticket_id": True, "title": "t"}, "ticket_id of a ticket"),
        ({"ticket_id": None, "title": "t"}, "ticket_id of a ticket"),
        ({"ticket_id": "new", "kind": "reply", "title": "t", "client_token": None}, "ticket_id of a draft"),
        ({"ticket_id": 1, "title": "t", "collaborators": [{}]}, "collaborators of a ticket"),
        ({"deep": [{"message_id": 1, "body": None}]}, "body of a message"),
        ({"attachment_id": 1, "name": "n", "width": "100%"}, "width of a attachment"),
        ({"user_id": "u", "role": ["admin"]}, "role of a user"),
        ({"saved": [{"view": {"view_id": 1, "name": {"toString": 1}}}]}, "name of a savedview"),
        ({"macro_id": 1, "name": "n", "add_tags": [1]}, "add_tags of a macro"),
        ({"canned_reply_id": 1, "name": "n", "body": 1}, "body of a cannedreply"),
        ({"name": "n", "share_tags": False, "tag_colours": "red"}, "tag_colours of a project"),
        ({"seq": -1}, "last event"),
    ],
)
def test_a_record_of_other_types_is_refused(result: object, fault: str) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}).encode()
    with pytest.raises(ProtocolViolation, match="desk sent an answer that is none") as refused:
        check_answer("desk", 1, 200, body)
    assert fault in str(refused.value.hint)
