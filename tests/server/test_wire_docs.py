"""`docs/wire.md` is what the server does."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from hero_assistance_server.core.policy import ALLOWED, EVENT_STREAM
from scripts.build.wire_docs import COMMAND, PAGE, openrpc_document, page
from tests.server.desk import Desk

pytestmark = pytest.mark.anyio


async def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(await openrpc_document()), f"run: {COMMAND}"


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


async def test_every_method_says_how_it_can_be_refused() -> None:
    document = await openrpc_document()
    for method in document["methods"]:
        reasons = {error["data"]["reason"] for error in method["errors"]}
        kinds = {kind.value for kind in ALLOWED[method["name"]]}
        assert ("unauthenticated" in reasons) >= ("anonymous" not in kinds), method["name"]
        assert ("forbidden" in reasons) == ("customer" not in kinds), method["name"]
    assert EVENT_STREAM not in {method["name"] for method in document["methods"]}


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
