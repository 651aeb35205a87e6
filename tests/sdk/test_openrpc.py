"""The OpenRPC document of a table, against JSON Schema and against the table."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.rpc.dispatch import Dispatcher
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.methods import MethodTable, NoParams, Params, Result
from hero_assistance_sdk.rpc.openrpc import OpenRpcDocument, add_discovery

pytestmark = pytest.mark.anyio


class Ask(Params):
    number: Annotated[int, Field(ge=1)]
    word: str | None = None


class Answer(Result):
    number: int
    word: str = "none"


def documented() -> tuple[MethodTable[None], dict[str, Any]]:
    table: MethodTable[None] = MethodTable()

    @table.method("thing.ask", errors=[NotFound])
    async def ask(_caller: None, params: Ask) -> Answer:
        """Ask a thing.

        What follows the first paragraph is for readers of the code.
        """
        return Answer(number=params.number)

    made = add_discovery(table, title="Things", version="1.2.3", description="About things.")
    return table, json.loads(made.json)


def test_the_document_says_what_the_table_knows() -> None:
    _, document = documented()
    assert document["openrpc"] == "1.3.2"
    assert document["info"] == {"title": "Things", "version": "1.2.3", "description": "About things."}
    discover, ask = sorted(document["methods"], key=lambda method: str(method["name"]))
    assert (discover["name"], ask["name"], ask["summary"]) == ("rpc.discover", "thing.ask", "Ask a thing.")
    assert [(param["name"], param["required"]) for param in ask["params"]] == [("number", True), ("word", False)]
    assert {error["code"] for error in ask["errors"]} == {-32602, -32603, -32001}


def test_every_schema_is_one_and_every_reference_leads_somewhere() -> None:
    _, document = documented()
    schemas = document["components"]["schemas"]
    assert schemas["Answer"]["required"] == ["number", "word"]
    assert schemas["Answer"]["additionalProperties"] is False
    assert "Ask" not in schemas
    for method in document["methods"]:
        for schema in [param["schema"] for param in method["params"]] + [method["result"]["schema"]]:
            Draft202012Validator.check_schema(schema)
            reference = schema.get("$ref", "")
            assert not reference.startswith("#") or reference.rsplit("/", 1)[1] in schemas


async def test_a_result_that_is_json_already_is_described_by_what_it_is_the_json_of() -> None:
    table: MethodTable[None] = MethodTable()

    @table.method("thing.encoded")
    async def encoded(_caller: None, _params: NoParams) -> Encoded[Answer]:
        """Answer at once."""
        return Encoded.of(Answer, number=b"7", word="\u2603")

    document = json.loads(add_discovery(table, title="Things", version="1", description="About things.").json)
    described = next(method for method in document["methods"] if method["name"] == "thing.encoded")
    assert described["result"]["schema"] == {"$ref": "#/components/schemas/Answer"}
    sent = await Dispatcher(table).answer(b'{"jsonrpc":"2.0","id":1,"method":"thing.encoded"}', None)
    assert json.loads(sent or b"") == {"jsonrpc": "2.0", "id": 1, "result": {"number": 7, "word": "\u2603"}}


@pytest.mark.parametrize("fields", [{"number": 1}, {"number": 1, "word": "w", "more": 2}])
def test_an_encoded_result_has_the_fields_of_its_model(fields: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Encoded.of(Answer, **fields)


async def test_discover_answers_the_same_document() -> None:
    table, document = documented()
    sent = await Dispatcher(table).answer(b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}', None)
    assert sent is not None
    assert json.loads(sent)["result"] == document


async def test_the_document_is_made_once_and_when_it_is_asked_for() -> None:
    made: list[None] = []

    def make() -> dict[str, Any]:
        made.append(None)
        time.sleep(0.05)
        return {"openrpc": "1.3.2"}

    document = OpenRpcDocument(make)
    assert made == []
    answers = await asyncio.gather(*(document.load() for _ in range(20)))
    assert len(made) == 1
    assert all(answer is document.json for answer in answers)


async def test_the_loop_goes_on_while_the_document_is_made() -> None:
    may_end = threading.Event()
    document = OpenRpcDocument(lambda: {"ended": may_end.wait(60)})
    loading = asyncio.create_task(document.load())
    await asyncio.sleep(0)
    may_end.set()
    assert json.loads(await loading) == {"ended": True}


def test_a_method_without_a_docstring_or_params_model_is_a_defect() -> None:
    table: MethodTable[None] = MethodTable()
    with pytest.raises(TypeError):

        @table.method("thing.silent")
        async def silent(_caller: None, params: Ask) -> int:
            return 0


def test_a_second_method_of_a_name_is_a_defect() -> None:
    table, _ = documented()
    method = table.get("thing.ask")
    assert method is not None
    with pytest.raises(ValueError, match="twice"):
        table.add(method)
