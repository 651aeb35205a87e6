"""JSON-RPC 2.0: from the bytes of a request to the bytes of its answer.

Source: the JSON-RPC 2.0 specification; its own examples are tests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from hero_assistance_sdk.errors import HeroError, TooLarge
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.os_errors import explain, is_of_the_machine
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.errors import (
    AnswerTooLarge,
    BatchFull,
    InternalError,
    InvalidParams,
    InvalidRequest,
    MethodNotFound,
    ParseFailure,
    error_object,
    misfit,
)
from hero_assistance_sdk.rpc.methods import Method, MethodTable, Params
from hero_assistance_sdk.rpc.validation_faults import list_field_faults, shorten
from hero_assistance_sdk.size_limits import ANSWER_BYTES, BATCH_BYTES

C = TypeVar("C")

# One task answers a batch in order; this limits the time that one caller can occupy it.
BATCH_LIMIT = 100

_log = get_log("rpc")


class Dispatcher(Generic[C]):
    """Answers requests from a table of methods; `permit` raises before params are looked at, or returns.

    `admit` is asked first, for each request of a batch, also for a method that is not there.
    """

    def __init__(
        self,
        table: MethodTable[C],
        permit: Callable[[C, str], None] | None = None,
        *,
        answer_bytes: int = ANSWER_BYTES,
        admit: Callable[[C], None] | None = None,
        explains_system: bool = False,
    ) -> None:
        """`explains_system`: callers may know the paths that an error of the operating system names."""
        self._table = table
        self._permit = permit
        self._answer_bytes = answer_bytes
        self._admit = admit
        self._explains_system = explains_system

    async def answer(self, body: bytes, caller: C) -> bytes | None:
        """Answer one request or batch; `None` when nothing is to be sent (notifications only)."""
        found = await self.respond(body, caller)
        if found is None or isinstance(found, bytes):
            return found
        return b"".join([chunk async for chunk in found])

    async def respond(self, body: bytes, caller: C) -> bytes | AsyncIterator[bytes] | None:
        """Answer as `answer` does, a batch in chunks: each call of it is run when its chunk is asked for.

        A sender that waits until a chunk is on its way holds one answer in memory, however many are asked for.
        """
        try:
            request = from_json(body, allow_inf_nan=False)
        except ValueError as error:
            return _failure(None, ParseFailure("the body is not valid JSON", hint=str(error)))
        if isinstance(request, list):
            return await self._respond_to_batch(request, caller)
        return await self._answer_one(request, caller)

    async def _respond_to_batch(self, requests: list[Any], caller: C) -> bytes | AsyncIterator[bytes] | None:
        if not requests:
            return _failure(None, InvalidRequest("the batch is empty"))
        if len(requests) > BATCH_LIMIT:
            error = TooLarge(f"the batch has {len(requests)} requests; at most {BATCH_LIMIT} are accepted")
            return _failure(None, error)
        answers = self._answer_each(requests, caller)
        async for first in answers:
            return _join_array(first, answers)
        return None

    async def _answer_each(self, requests: list[Any], caller: C) -> AsyncIterator[bytes]:
        """Yield an answer to each request that is no notification, in order."""
        left = BATCH_BYTES
        for request in requests:
            if left <= 0 and isinstance(request, dict) and "id" in request:
                yield _failure(_id_of(request), _batch_full())
                continue
            answer = await self._answer_one(request, caller)
            if answer is not None:
                left -= len(answer)
                yield answer

    async def _answer_one(self, request: Any, caller: C) -> bytes | None:
        try:
            name, params = _check(request)
        except HeroError as error:
            return _failure(_id_of(request), error)
        notification = "id" not in request
        try:
            result = await self._call(name, params, caller)
        except HeroError as error:
            return None if notification else _failure(request["id"], error)
        if notification:
            return None
        return b'{"jsonrpc":"2.0","id":' + to_json(request["id"]) + b',"result":' + result + b"}"

    async def _call(self, name: str, params: Any, caller: C) -> bytes:
        if self._admit is not None:
            self._admit(caller)
        method = self._table.get(name)
        if method is None:
            raise MethodNotFound(f"there is no method {shorten(name)!r}", hint="rpc.discover lists the methods")
        if self._permit is not None:
            self._permit(caller, name)
        try:
            result = await method.handler(caller, bound_params(method, params))
            encoded = result.json if isinstance(result, Encoded) else method.result.dump_json(result)
        except HeroError:
            raise
        except Exception as error:
            # The outermost loop of a call: a defect answers -32603 and leaves its traceback in the log.
            _log.exception("rpc.failed", method=name)
            if self._explains_system and isinstance(error, OSError) and is_of_the_machine(error):
                raise explain(error) from error
            raise InternalError("the server failed to answer", hint="its log says why") from error
        if len(encoded) > self._answer_bytes:
            _log.error("rpc.answer-too-large", method=name, size=len(encoded))
            raise AnswerTooLarge(f"the answer has {len(encoded)} bytes; at most {self._answer_bytes} are sent")
        return encoded


async def _join_array(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield b"[" + first
    async for answer in rest:
        yield b"," + answer
    yield b"]"


def _batch_full() -> BatchFull:
    return BatchFull(
        f"the answers before it have {BATCH_BYTES} bytes, as many as a batch may have: it was not run",
        hint="send it again, alone or in another batch",
    )


def bound_params(method: Method[Any], params: Any) -> Params:
    """Check params, by name or by position, against the method's model; raises `InvalidParams`."""
    model = method.params
    if isinstance(params, list):
        names = list(model.model_fields)
        if len(params) > len(names):
            raise InvalidParams(
                f"{method.name} takes at most {len(names)} params, {len(params)} were given",
                hint=f"in order: {', '.join(names) or 'none'}",
            )
        params = dict(zip(names, params, strict=False))
    try:
        # Strict checks differ between Python and JSON input (an enum is a text in JSON), so JSON is checked.
        return model.model_validate_json(to_json(params))
    except ValidationError as error:
        raise misfit(method.name, list_field_faults(error)) from None


def _check(request: Any) -> tuple[str, Any]:
    if not isinstance(request, dict):
        raise InvalidRequest("a request is a JSON object")
    if request.get("jsonrpc") != "2.0":
        raise InvalidRequest('a request has "jsonrpc": "2.0"')
    name = request.get("method")
    if not isinstance(name, str):
        raise InvalidRequest('a request names its "method" with a text')
    if not _is_id(request.get("id")):
        raise InvalidRequest('an "id" is a text, an integer or null')
    params = request.get("params", {})
    if not isinstance(params, (dict, list)):
        raise InvalidRequest('"params" is an object or an array')
    return name, params


def _is_id(value: Any) -> bool:
    return value is None or (isinstance(value, (str, int)) and not isinstance(value, bool))


def _id_of(request: Any) -> Any:
    value = request.get("id") if isinstance(request, dict) else None
    return value if _is_id(value) else None


def _failure(request_id: Any, error: HeroError) -> bytes:
    return to_json({"jsonrpc": "2.0", "id": request_id, "error": error_object(error)})
