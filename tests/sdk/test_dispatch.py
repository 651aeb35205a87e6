"""The dispatcher: the examples of the JSON-RPC 2.0 specification, word for word, and what they leave open."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.rpc.dispatch import BATCH_LIMIT, Dispatcher
from hero_assistance_sdk.rpc.methods import MethodTable, NoParams, Params
from hero_assistance_sdk.size_limits import ANSWER_BYTES, BATCH_BYTES

pytestmark = pytest.mark.anyio


class Subtract(Params):
    minuend: int
    subtrahend: int


class Numbers(Params):
    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0
    e: int = 0


class Hello(Params):
    number: int = Field(ge=0)


class Filled(Params):
    size: int


# The sizes that `fill` was asked for since the test began.
FILLED: list[int] = []


def dispatcher() -> Dispatcher[str]:  # noqa: C901
    """The methods that the specification's examples call."""
    table: MethodTable[str] = MethodTable()

    @table.method("subtract")
    async def subtract(_caller: str, params: Subtract) -> int:
        """Subtract."""
        return params.minuend - params.subtrahend

    @table.method("sum")
    async def sum_(_caller: str, params: Numbers) -> int:
        """Add."""
        return params.a + params.b + params.c + params.d + params.e

    @table.method("update")
    async def update(_caller: str, params: Numbers) -> None:
        """Take a notification."""

    @table.method("notify_sum")
    async def notify_sum(_caller: str, params: Numbers) -> None:
        """Take a notification."""

    @table.method("notify_hello")
    async def notify_hello(_caller: str, params: Hello) -> None:
        """Take a notification."""

    @table.method("get_data")
    async def get_data(_caller: str, _params: NoParams) -> list[str | int]:
        """Answer with what the specification's example does."""
        return ["hello", 5]

    @table.method("fill")
    async def fill(_caller: str, params: Filled) -> str:
        """Answer with so many bytes, and remember it."""
        FILLED.append(params.size)
        return "x" * params.size

    @table.method("defect")
    async def defect(_caller: str, _params: NoParams) -> int:
        """Fail as no method should."""
        raise ZeroDivisionError("secret")

    def permit(caller: str, method: str) -> None:
        if caller == "nobody":
            raise Forbidden(f"nobody may call {method}")

    return Dispatcher(table, permit)


async def answer(body: str | bytes, caller: str = "somebody") -> Any:
    """The answer as JSON, or `None` for no answer, with the errors' texts left out: they are ours to choose."""
    sent = await dispatcher().answer(body.encode() if isinstance(body, str) else body, caller)
    return None if sent is None else _without_texts(json.loads(sent))


def _without_texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_texts(item) for item in value]
    return value | {"error": {"code": value["error"]["code"]}} if "error" in value else value


def error(code: int, request_id: Any = None) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": {"code": code}, "id": request_id}


def result(value: Any, request_id: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "result": value, "id": request_id}


SPECIFICATION = {
    "positional": ('{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}', result(19, 1)),
    "positional-2": ('{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}', result(-19, 2)),
    "named": (
        '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
        result(19, 3),
    ),
    "named-2": (
        '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
        result(19, 4),
    ),
    "notification": ('{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}', None),
    "notification-unknown": ('{"jsonrpc": "2.0", "method": "foobar"}', None),
    "unknown-method": ('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', error(-32601, "1")),
    "invalid-json": ('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', error(-32700)),
    "invalid-request": ('{"jsonrpc": "2.0", "method": 1, "params": "bar"}', error(-32600)),
    "batch-invalid-json": (
        '[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method" ]',
        error(-32700),
    ),
    "batch-empty": ("[]", error(-32600)),
    "batch-invalid": ("[1]", [error(-32600)]),
    "batch-invalid-3": ("[1,2,3]", [error(-32600)] * 3),
    "batch": (
        """[
        {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
        {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
        ]""",
        [result(7, "1"), result(19, "2"), error(-32600), error(-32601, "5"), result(["hello", 5], "9")],
    ),
    "batch-notifications": (
        """[
        {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
        {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
        ]""",
        None,
    ),
}


@pytest.mark.parametrize("example", SPECIFICATION)
async def test_example_of_the_specification(example: str) -> None:
    body, expected = SPECIFICATION[example]
    assert await answer(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{"jsonrpc":"2.0","method":"subtract","params":{"minuend":1},"id":1}', error(-32602, 1)),
        ('{"jsonrpc":"2.0","method":"subtract","params":{"minuend":1,"subtrahend":2,"x":3},"id":1}', error(-32602, 1)),
        ('{"jsonrpc":"2.0","method":"subtract","params":[1,2,3],"id":1}', error(-32602, 1)),
        ('{"jsonrpc":"2.0","method":"subtract","params":["1",2],"id":1}', error(-32602, 1)),
        ('{"jsonrpc":"2.0","method":"get_data","params":null,"id":1}', error(-32600, 1)),
        ('{"jsonrpc":"2.0","method":"get_data","id":null}', result(["hello", 5], None)),
        ('{"jsonrpc":"2.0","method":"get_data","id":true}', error(-32600)),
        ('{"jsonrpc":"1.0","method":"get_data","id":1}', error(-32600, 1)),
        ('{"method":"get_data","id":1}', error(-32600, 1)),
        (f'{{"jsonrpc":"2.0","method":"get_data","id":{10**30}}}', result(["hello", 5], 10**30)),
        ('{"jsonrpc":"2.0","method":"defect","id":1}', error(-32603, 1)),
        ('{"jsonrpc":"2.0","method":"defect"}', None),
    ],
)
async def test_what_the_examples_leave_open(body: str, expected: Any) -> None:
    assert await answer(body) == expected


async def test_a_defect_tells_the_caller_nothing_of_the_inside() -> None:
    sent = await dispatcher().answer(b'{"jsonrpc":"2.0","method":"defect","id":1}', "somebody")
    assert sent is not None
    assert b"secret" not in sent
    assert b"ZeroDivision" not in sent


async def test_permission_is_asked_before_params_are_looked_at() -> None:
    body = '{"jsonrpc":"2.0","method":"subtract","params":["wrong"],"id":1}'
    assert await answer(body, "nobody") == error(-32002, 1)
    assert await answer('{"jsonrpc":"2.0","method":"unknown","id":1}', "nobody") == error(-32601, 1)


async def test_a_batch_is_bounded() -> None:
    one = {"jsonrpc": "2.0", "method": "get_data", "id": 1}
    assert len(await answer(json.dumps([one] * BATCH_LIMIT))) == BATCH_LIMIT
    assert await answer(json.dumps([one] * (BATCH_LIMIT + 1))) == error(-32005)


def fill(number: int, size: int) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": "fill", "id": number, "params": {"size": size}}


async def test_an_answer_that_is_too_large_is_an_error_of_its_own() -> None:
    assert "result" in await answer(json.dumps(fill(1, ANSWER_BYTES - 2)))
    assert await answer(json.dumps(fill(1, ANSWER_BYTES - 1))) == error(-32020, 1)


async def test_what_is_over_the_budget_of_a_batch_is_refused_and_not_run() -> None:
    FILLED.clear()
    size = ANSWER_BYTES - 2
    notification = {key: value for key, value in fill(0, 7).items() if key != "id"}
    calls = [*(fill(number, size) for number in range(20)), notification]
    answers = await answer(json.dumps(calls))
    assert [one["id"] for one in answers] == list(range(20))
    run = [one for one in answers if "result" in one]
    assert sum(len(one["result"]) for one in run) <= BATCH_BYTES + ANSWER_BYTES
    assert all(one == error(-32021, one["id"]) for one in answers[len(run) :])
    assert len(FILLED) == len(run) + 1


async def test_a_call_of_a_batch_is_run_when_its_answer_is_asked_for() -> None:
    FILLED.clear()
    chunks = await dispatcher().respond(json.dumps([fill(1, 1), fill(2, 2), fill(3, 3)]).encode(), "somebody")
    assert isinstance(chunks, AsyncIterator)
    sent = [await anext(chunks)]
    assert FILLED == [1]
    sent += [chunk async for chunk in chunks]
    assert (FILLED, [one["id"] for one in json.loads(b"".join(sent))]) == ([1, 2, 3], [1, 2, 3])


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.just("2.0") | values,
        "method": st.sampled_from(["sum", "subtract", "get_data", "no"]) | values,
        "params": values,
        "id": values,
    },
)


@settings(deadline=None)
@given(st.binary() | (requests | values | st.lists(requests | values, max_size=4)).map(json.dumps).map(str.encode))
async def test_any_bytes_get_an_answer_of_the_protocol(body: bytes) -> None:
    sent = await dispatcher().answer(body, "somebody")
    answers = [] if sent is None else json.loads(sent)
    for one in answers if isinstance(answers, list) else [answers]:
        assert one["jsonrpc"] == "2.0"
        assert "id" in one
        assert ("result" in one) != ("error" in one)
        assert one.get("error", {}).get("code") != -32603


def failing(error: OSError, *, explains_system: bool) -> Dispatcher[str]:
    table: MethodTable[str] = MethodTable()

    @table.method("save")
    async def save(_caller: str, _params: NoParams) -> int:
        """Fail as the system does."""
        raise error

    return Dispatcher(table, explains_system=explains_system)


FULL = OSError(28, "No space left on device", "/home/desk/var/state")


@pytest.mark.parametrize("explains_system", [True, False])
async def test_only_callers_who_may_know_the_paths_are_told_of_them(explains_system: bool) -> None:
    asked = b'{"jsonrpc":"2.0","method":"save","id":1}'
    sent = await failing(FULL, explains_system=explains_system).answer(asked, "somebody")
    assert sent is not None
    told = json.loads(sent)["error"]
    if explains_system:
        assert told["message"] == "/home/desk/var/state: No space left on device"
        assert told["data"] == {"reason": "system-fault", "hint": "free some space on this disk"}
    else:
        assert told["data"]["reason"] == "internal-error"
        assert b"/home" not in sent


async def test_a_defect_is_not_explained_as_a_fault_of_the_system() -> None:
    for error in (FileNotFoundError(2, "No such file", "/x"), TimeoutError()):
        sent = await failing(error, explains_system=True).answer(b'{"jsonrpc":"2.0","method":"save","id":1}', "a")
        assert sent is not None
        assert json.loads(sent)["error"]["code"] == -32603
