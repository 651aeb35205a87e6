"""Every example of the document, made against a real server over its Unix socket."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import MethodTable
from hero_assistance_server.desk import Desk as ServedDesk
from hero_assistance_server.http.applications import build_methods
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.rpc.example_fixtures import SCENE
from hero_assistance_server.storage.sqlite.store import open_store
from hero_assistance_server.users.directory import Directory
from tests.server.desk import Desk, running

# A number of an event, and a time: neither is what an example is about.
PASSING = re.compile(r"seq|\w+_at")
# Its answer is the document that the examples stand in; and a secret that no example can know.
WITHOUT = {"auth.oidc_finish", "auth.oidc_start", "auth.redeem", "rpc.discover"}
WITHOUT |= {f"auth.passkey_{name}" for name in ("start", "finish", "register_start", "register_finish")}


async def _methods() -> MethodTable[Caller]:
    with TemporaryDirectory() as folder:
        opened = open_store(Path(folder), clock=lambda: datetime.now(UTC), publish=lambda _event: None)
        async with opened as store:
            return build_methods(ServedDesk(store, Hub(), Directory([]), AuthMode.DEV))[0].table


METHODS = {method.name: method for method in asyncio.run(_methods())}
EXAMPLES = [(name, example) for name, method in METHODS.items() for example in method.examples]


@pytest.mark.parametrize("method", sorted(set(METHODS) - WITHOUT))
def test_every_method_has_an_example(method: str) -> None:
    assert METHODS[method].examples


@pytest.mark.parametrize(("method", "example"), EXAMPLES, ids=lambda value: getattr(value, "name", value))
def test_an_example_is_what_the_types_say(method: str, example: Example) -> None:
    METHODS[method].params.model_validate_json(json.dumps(example.params))
    answer = METHODS[method].result.validate_json(json.dumps(example.result))
    assert METHODS[method].result.dump_python(answer, mode="json") == example.result


@pytest.mark.anyio
@pytest.mark.parametrize(("method", "example"), EXAMPLES, ids=lambda value: getattr(value, "name", value))
async def test_an_example_is_answered_as_it_says(paths: Paths, method: str, example: Example) -> None:
    async with running(paths) as desk:
        answer = await _made(desk, method, example)
    assert _differences(example.result, answer, example.varies, "result") == []


@pytest.mark.anyio
async def test_the_document_shows_each_example(desk: Desk) -> None:
    document = await desk.call("rpc.discover")
    for method in document["methods"]:
        shown = method.get("examples", [])
        assert [one["name"] for one in shown] == [example.name for example in METHODS[method["name"]].examples]
        for one, example in zip(shown, METHODS[method["name"]].examples, strict=True):
            assert {param["name"]: param["value"] for param in one["params"]} == example.params
            assert (one["result"]["value"], one["x-caller"]) == (example.result, example.caller)


async def _made(desk: Desk, method: str, example: Example) -> Any:
    for call in (*SCENE, *example.after):
        await desk.made(call)
    return await desk.call(method, example.caller, **example.params)


def _differences(expected: Any, found: Any, varies: frozenset[str], name: str) -> list[str]:
    """Where an answer is not the example's; of what passes or varies, only the type is compared."""
    if type(expected) is not type(found):
        return [f"{name}: {found!r} instead of {expected!r}"]
    if PASSING.fullmatch(name) or name in varies:
        return []
    if isinstance(expected, dict) and set(expected) == set(found):
        pairs = [(key, expected[key], found[key]) for key in expected]
    elif isinstance(expected, list) and len(expected) == len(found):
        pairs = [(name, *items) for items in zip(expected, found, strict=True)]
    else:
        return [] if expected == found else [f"{name}: {found!r} instead of {expected!r}"]
    return [text for key, one, other in pairs for text in _differences(one, other, varies, key)]
