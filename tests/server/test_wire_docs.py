"""`docs/wire.md` and `docs/wire/` are what the server does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hero_assistance_sdk.rpc.errors import CODES
from hero_assistance_server.canned_replies import placeholders
from hero_assistance_server.identity.permissions import CallerKind
from scripts.build.docs.wire_docs import COMMAND, openrpc_document, pages, read_pages
from tests.sdk.metaschema import openrpc_validator
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio


async def test_the_pages_are_current() -> None:
    assert read_pages() == pages(await openrpc_document()), f"run: {COMMAND}"


async def test_every_method_has_its_place_on_the_page_of_its_namespace() -> None:
    made = pages(await openrpc_document())
    for method in (await openrpc_document())["methods"]:
        namespace = method["name"].split(".")[0]
        assert f"\n## `{method['name']}`\n" in made[f"wire/{namespace}.md"]
        assert f"(wire/{namespace}.md#" in made["wire.md"]


async def test_every_placeholder_is_on_the_first_page() -> None:
    first = pages(await openrpc_document())["wire.md"]
    for name in placeholders.KNOWN:
        assert f"`{{{{{name}}}}}`" in first


async def test_the_socket_serves_the_document_that_the_page_is_made_of(desk: Desk) -> None:
    expected = await openrpc_document()
    assert (await desk.http().get("/openrpc.json")).json() == expected
    assert await desk.call("rpc.discover") == expected


async def test_every_param_and_result_has_a_valid_schema_with_complete_required_lists() -> None:
    document = await openrpc_document()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
        if schema["type"] == "object":
            assert sorted(schema["required"]) == sorted(schema["properties"])
    for method in document["methods"]:
        for param in method["params"]:
            Draft202012Validator.check_schema(param["schema"])


async def test_the_document_is_one_of_openrpc() -> None:
    """By the official meta-schema, which finds a fault where there is one."""
    document = await openrpc_document()
    validator = openrpc_validator()
    assert [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(document)] == []
    document["methods"][0]["callers"] = []
    assert not validator.is_valid(document)


async def test_no_object_has_properties_that_are_not_listed() -> None:
    document = await openrpc_document()
    schemas: list[Any] = [document["components"]["schemas"]]
    for method in document["methods"]:
        schemas += [param["schema"] for param in method["params"]] + [method["result"]["schema"]]
    objects = [schema for schema in _objects(schemas) if "properties" in schema or schema.get("type") == "object"]
    assert objects
    for schema in objects:
        assert schema.get("additionalProperties", True) is not True, schema


async def test_every_error_has_a_code_a_reason_and_a_hint() -> None:
    document = await openrpc_document()
    known = document["components"]["errors"]
    assert {error["code"] for error in known.values()} == set(CODES.values())
    for error in [*known.values(), *(error for method in document["methods"] for error in method["errors"])]:
        assert error in known.values()
        assert error["message"]
        assert set(error["data"]) == {"reason", "hint"}
        assert all(error["data"].values())


async def test_every_method_says_how_it_can_be_refused() -> None:
    document = await openrpc_document()
    for method in document["methods"]:
        reasons = {error["data"]["reason"] for error in method["errors"]}
        kinds = set(method.get("x-allow", [kind.value for kind in CallerKind]))
        assert ("unauthenticated" in reasons) >= ("anonymous" not in kinds), method["name"]
        assert ("forbidden" in reasons) >= ("customer" not in kinds), method["name"]
    assert "event.stream" not in {method["name"] for method in document["methods"]}


@pytest.mark.parametrize(
    ("socket", "protocol", "absent"), [("rpc", "openrpc", "/events"), ("events", "sse", "/openrpc.json")]
)
async def test_manifest_and_health(desk: Desk, socket: str, protocol: str, absent: str) -> None:
    http = desk.http(socket)
    health = (await http.get("/health")).json()
    assert (health["status"], health["service"]) == ("ok", "hero_assistance")
    manifest = (await http.get("/.well-known/heroservice.json")).json()
    assert set(manifest) == {"protocol", "name", "title", "version", "description", "socket"}
    assert (manifest["protocol"], manifest["socket"]) == (protocol, f"{socket}.sock")
    assert (await http.get(absent)).status_code == 404


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within a JSON value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)
