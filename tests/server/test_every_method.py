"""Every method of the document, driven from its own schema: an answer of its type or a clear error, never a defect."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import JSON_HEADERS
from hero_assistance_server.rpc.example_fixtures import SCENE
from scripts.build.docs.wire_docs import openrpc_document
from tests.server.desk import STOP_S, child
from tests.server.schemas import ANYTHING, TEXTS, Json, near

DOCUMENT = asyncio.run(openrpc_document())
KNOWN = DOCUMENT["components"]["schemas"]
METHODS = {method["name"]: method for method in DOCUMENT["methods"]}
DEFECT = -32603
INVALID_REQUEST = -32600
# The schema of what `rpc.discover` answers is the initiative's own, and tested with the document.
ELSEWHERE = "https://meta.open-rpc.org/"
CALLERS = st.sampled_from(["alice", "bob", "carol", "dave"])


def params_of(method: dict[str, Any]) -> Json:
    """Params by name and by position; most fit, some are missing, wrong or unknown."""
    each = {param["name"]: near(param["schema"], KNOWN) for param in method["params"]}
    needed = {param["name"]: each.pop(param["name"]) for param in method["params"] if param["required"]}
    named = st.fixed_dictionaries(needed, optional=each)
    unknown = st.builds(lambda given, name, value: {**given, name: value}, named, TEXTS, ANYTHING)
    listed = st.tuples(*(near(param["schema"], KNOWN) for param in method["params"])).map(list)
    return named | named | unknown | listed | ANYTHING


def validator_of(method: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**method["result"]["schema"], "components": DOCUMENT["components"]})


@pytest.fixture(scope="module")
def project() -> Iterator[httpx2.Client]:
    """A server process on which the examples' scene has been played; the methods share what each of them leaves."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder}
        paths = Paths.from_environ(env)
        transport = httpx2.HTTPTransport(uds=str(paths.socket("rpc")), verify=False)
        with child(env, paths), httpx2.Client(transport=transport, base_url="http://desk", timeout=STOP_S) as http:
            for call in SCENE:
                assert "result" in asked(http, call.caller, call.method, call.params)
            yield http


def asked(http: httpx2.Client, caller: str, method: str, params: Any) -> dict[str, Any]:
    """Send a request as any client would, and return the answer."""
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    response = http.post("/rpc", content=json.dumps(request), headers={**JSON_HEADERS, "x-dev-user": caller})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


@pytest.mark.parametrize("name", sorted(METHODS))
@settings(deadline=None, max_examples=40)
@given(data=st.data(), caller=CALLERS)
def test_a_method_answers_whatever_its_params(
    project: httpx2.Client, name: str, data: st.DataObject, caller: str
) -> None:
    method = METHODS[name]
    answer = asked(project, caller, name, data.draw(params_of(method), label="params"))
    if "error" in answer:
        assert answer["error"]["code"] in _refusals(method), answer
        assert answer["error"]["message"]
        assert answer["error"]["data"]["reason"]
    elif method["result"]["schema"].get("$ref") != ELSEWHERE:
        assert [fault.message for fault in validator_of(method).iter_errors(answer["result"])] == []


def _refusals(method: dict[str, Any]) -> set[int]:
    """The codes that the document promises, without that of a defect; params may also be no params at all."""
    return ({error["code"] for error in method["errors"]} | {INVALID_REQUEST}) - {DEFECT}
