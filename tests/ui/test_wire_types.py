"""The page's types are what the server says, and the page's own lists are the server's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hero_assistance_sdk.rpc.errors import CODES
from hero_assistance_server.features import event_types
from scripts.build.docs.wire_docs import openrpc_document
from scripts.build.docs.wire_types import COMMAND, MODULE, render_module

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """The server runs on asyncio."""
    return "asyncio"


@pytest.fixture
async def document() -> dict[str, Any]:
    """The server's OpenRPC document."""
    return await openrpc_document()


async def test_the_types_are_current(document: dict[str, Any]) -> None:
    assert MODULE.read_text("utf-8") == render_module(document), f"run: {COMMAND}"


async def test_every_method_has_its_params_and_its_result(document: dict[str, Any]) -> None:
    methods = render_module(document).partition("export type Methods")[2]
    for method in document["methods"]:
        (params,) = re.findall(
            rf'^  "{method["name"]}": \{{\n    params: (.*?);\n    result: ', methods, re.MULTILINE | re.DOTALL
        )
        for param in method["params"]:
            mark = ":" if param["required"] else "?:"
            assert f"      {param['name']}{mark} " in params


async def test_a_change_of_the_protocol_changes_the_types(document: dict[str, Any]) -> None:
    before = render_module(document)
    document["components"]["schemas"]["Ticket"]["properties"]["title"] = {"type": "integer"}
    assert render_module(document) != before


async def test_every_event_kind_and_every_error_code_is_there(document: dict[str, Any]) -> None:
    made = render_module(document)
    kinds = re.findall(r'^  "([\w.]+)",$', made.partition("EVENT_KINDS = [")[2].partition("]")[0], re.MULTILINE)
    assert kinds == list(event_types())
    codes = dict(re.findall(r'^  "([\w-]+)": (-?\d+),$', made.partition("ERROR_CODES")[2], re.MULTILINE))
    assert codes == {kind.reason: str(code) for kind, code in CODES.items()}


async def test_two_types_of_one_name_are_refused(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Uploads-Input"] = {"type": "string"}
    with pytest.raises(ValueError, match="two types"):
        render_module(document)
