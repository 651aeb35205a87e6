"""Every lie of an event stream and of an answer that the tests tell, with the reason that the app gives for it."""

from __future__ import annotations

import gzip
import itertools
import json
import time
import zlib
from collections.abc import Iterable, Iterator

from hero_assistance_sdk.sse import encode
from tests.app.lying_project import HEAD, JSON, STREAM, Answer, call_id, result, whole
from tests.sdk.sample_events import event, sent

OPENING = encode(retry_ms=1000)
VIOLATION = "protocol-violation"
UNREACHABLE = "unreachable"


def says(*pieces: bytes) -> Answer:
    """Begin an honest stream, and go on with these bytes."""
    return lambda _request: [STREAM, OPENING, *pieces]


def answers(*pieces: bytes) -> Answer:
    """Answer with these bytes."""
    return lambda _request: pieces


def _raw(data: str) -> bytes:
    return f"id: 1\nevent: ticket.created\ndata: {data}\n\n".encode()


def _changed(**fields: object) -> bytes:
    data = json.dumps({**event(1).model_dump(mode="json"), **fields})
    return encode(event="ticket.created", data=data, seq=1)


def _bomb(size: int = 200_000_000) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"data: " + b"x" * (1 << 20)
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


BOMB = _bomb()
_ENCODED = HEAD + b"content-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n"
_REDIRECT = b"HTTP/1.1 %b\r\nlocation: %b\r\ncontent-length: 0\r\n\r\n"

# Each ends the stream with a reason.
STREAMS: dict[str, tuple[Answer, str]] = {
    "a number with a fraction": (says(_changed(seq=1.5)), VIOLATION),
    "half a letter": (says(_changed(ticket="T").replace(b'"T"', b'"\\ud800"')), VIOLATION),
    "a depth of 100,000": (says(_raw("[" * 100_000)), VIOLATION),
    "a depth of 100,000, closed": (says(_raw('{"a":' * 100_000 + "1" + "}" * 100_000)), VIOLATION),
    "an id of letters": (says(sent(1).replace(b"id: 1", b"id: abc")), VIOLATION),
    "an id of 900 KB": (says(b"id: " + b"1" * 900_000 + b"\n\n", sent(1)), VIOLATION),
    "an id of 900 KB of letters": (says(b"id: " + b"x" * 900_000 + b"\n\n", sent(1)), VIOLATION),
    "two of one number": (says(sent(1), sent(1)), VIOLATION),
    "numbers that go backwards": (says(sent(3), sent(2)), VIOLATION),
    "a number beyond a browser's": (says(_changed(seq=2**60)), VIOLATION),
    "a ticket that is none": (says(_changed(ticket={"ticket_id": []})), VIOLATION),
    "a kind of this program": (says(_lost := encode(event="stream.lost", data='{"kind": "stream.lost"}')), VIOLATION),
    "a line of 5 MB": (says(b"data: " + b"x" * 5_000_000), VIOLATION),
    "an event of 5 MB": (says(b"data: xxxxxxxxxxxxxxxx\n" * 250_000), VIOLATION),
    "a bomb": (answers(_ENCODED, BOMB), VIOLATION),
    "a small file": (answers(_ENCODED, gzip.compress(sent(1))), VIOLATION),
    "a page": (answers(HEAD + b"content-type: text/html\r\n\r\n<html>"), VIOLATION),
    "another letter code": (
        answers(HEAD + b"content-type: text/event-stream; charset=unicode_escape\r\n\r\n", b"data: \\ud800\n\n"),
        VIOLATION,
    ),
    "a redirect": (answers(_REDIRECT % (b"302 Found", b"http://127.0.0.1:1/")), VIOLATION),
    "a redirect to itself": (answers(_REDIRECT % (b"307 Temporary Redirect", b"/events")), VIOLATION),
    "busy": (answers(b"HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n"), "unavailable"),
    "closed doors": (answers(b"HTTP/1.1 403 x\r\ncontent-length: 0\r\n\r\n"), "forbidden"),
    "headers without an end": (
        lambda _request: itertools.chain([HEAD], (b"x-%d: %s\r\n" % (n, b"y" * 1000) for n in itertools.count())),
        VIOLATION,
    ),
    "a header of 10 MB": (answers(HEAD + b"x: " + b"y" * 10_000_000 + b"\r\n\r\n"), VIOLATION),
    "TLS": (answers(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 4), VIOLATION),
    "another protocol": (answers(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), VIOLATION),
    "a status that is none": (answers(b"HTTP/1.1 999 \r\ncontent-length: 0\r\n\r\n"), VIOLATION),
    "a reset to below zero": (lambda _request: [STREAM, encode(event="reset", data='{"seq": -1}')], VIOLATION),
}
del _lost
_SMALL = json.dumps({**event(1).model_dump(mode="json"), "seq": 0})
_LARGE = _SMALL.replace('"body": "b"', f'"body": "{"x" * 1_500_000}"')


def _flood(_request: bytes) -> Iterator[bytes]:
    yield STREAM + OPENING
    for first in itertools.count(1, 100):
        yield b"".join(sent(seq) for seq in range(first, first + 100))


def _large(_request: bytes) -> Iterator[bytes]:
    yield STREAM + OPENING
    for seq in itertools.count(1):
        yield encode(event="ticket.created", data=_LARGE.replace('"seq": 0', f'"seq": {seq}', 1))


def _comments(_request: bytes) -> Iterator[bytes]:
    yield STREAM + OPENING
    yield from itertools.repeat(b":\n" * 30_000)


def drip(*begun: bytes) -> Answer:
    """Begin with these bytes, and go on a letter at a time."""

    def answer(_request: bytes) -> Iterator[bytes]:
        yield from begun
        while True:
            yield b"x"
            time.sleep(0.05)

    return answer


def _informed(_request: bytes) -> Iterator[bytes]:
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
        time.sleep(0.01)


# Each goes on as if nothing were wrong.
ENDLESS: dict[str, Answer] = {
    "thousands of events a second": _flood,
    "the largest events": _large,
    "comments": _comments,
    "a letter at a time": drip(STREAM, OPENING),
    "a header a letter at a time": drip(HEAD, b"x-slow: "),
    "information": _informed,
    "silence": answers(STREAM),
    "no answer": answers(),
    "half an event": says(sent(1)[:-20]),
}
# Each closes its connection there.
CUT: dict[str, Answer] = {
    "at once": answers(),
    "in the head": answers(HEAD[:10]),
    "in an event": says(sent(1)[:-20]),
    "after each event": says(sent(1)),
}


def _with_id(text: str) -> Answer:
    def answer(request: bytes) -> Iterable[bytes]:
        return [whole(text.replace("ID", str(call_id(request))).encode())]

    return answer


def _errors(error: object) -> Answer:
    return lambda request: [whole(json.dumps({"jsonrpc": "2.0", "id": call_id(request), "error": error}).encode())]


def _results(value: object) -> Answer:
    return lambda request: [result(request, value)]


_TICKET = {"ticket_id": 1, "title": "t", "updated_at": 1}
# Answers to a call that no page can use.
CALLS: dict[str, Answer] = {
    "no JSON": answers(whole(b"{")),
    "a page": answers(HEAD + b"content-type: text/html\r\ncontent-length: 6\r\n\r\n<html>"),
    "a depth of 100,000": answers(whole(b"[" * 100_000)),
    "half a letter": _with_id('{"jsonrpc": "2.0", "id": ID, "result": "\\ud800"}'),
    "NaN": _with_id('{"jsonrpc": "2.0", "id": ID, "result": NaN}'),
    "a number beyond a browser's": _with_id('{"jsonrpc": "2.0", "id": ID, "result": 9007199254740993}'),
    "digits without an end": answers(whole(b"9" * 100_000)),
    "no version": _with_id('{"id": ID, "result": null}'),
    "another call's": answers(whole(b'{"jsonrpc": "2.0", "id": "x", "result": null}')),
    "neither result nor error": _with_id('{"jsonrpc": "2.0", "id": ID}'),
    "result and error": _with_id('{"jsonrpc": "2.0", "id": ID, "result": 1, "error": {"code": 1, "message": "m"}}'),
    "an error that is none": _with_id('{"jsonrpc": "2.0", "id": ID, "error": {"code": "x"}}'),
    "an error of a million letters": _errors({"code": 1, "message": "x" * 1_000_000}),
    "a hint of a million letters": _errors({"code": 1, "message": "m", "data": {"hint": "x" * 1_000_000}}),
    "kinds of faults without an end": _errors({"code": 1, "message": "m", "data": {"field_faults": [{}] * 1_000}}),
    "faults without an end": _errors({"code": 1, "message": "m", "data": {"faults": ["x"] * 1_000}}),
    "values without an end": _errors({"code": 1, "message": "m", "data": {"values": {"limit": "x" * 1_000_000}}}),
    "data that are none": _errors({"code": 1, "message": "m", "data": [1]}),
    "a text as error": _with_id('{"jsonrpc": "2.0", "id": ID, "error": "x"}'),
    "a number of an event with a fraction": _results({"tickets": [], "seq": 1.5}),
    "a number of an event as text": _results({"tickets": [], "seq": "1"}),
    "a title that is an object": _results({"tickets": [{**_TICKET, "title": {}}], "seq": 1}),
    "a time that is a text": _results({"tickets": [{**_TICKET, "updated_at": "now"}], "seq": 1}),
    "a time after all times": _results({"tickets": [{**_TICKET, "updated_at": 8_640_000_000_000_001}], "seq": 1}),
    "tags that are numbers": _results({"tickets": [{**_TICKET, "tags": [1]}], "seq": 1}),
    "a message that is true": _results({"messages": [{"message_id": 1, "body": True}]}),
    "a user whose name is a list": _results({"user_id": "u", "role": "agent", "name": []}),
    "a million lists": _with_id('{"jsonrpc": "2.0", "id": ID, "result": [' + "[]," * 1_000_000 + "1]}"),
    "a bomb": answers(JSON + b"content-encoding: gzip\r\n\r\n", BOMB),
    "20 MB": answers(whole(b"x" * 20_000_000)),
    "a redirect": answers(b"HTTP/1.1 302 Found\r\nlocation: /rpc\r\ncontent-length: 0\r\n\r\n"),
    "no content": answers(b"HTTP/1.1 204 No Content\r\ncontent-length: 10\r\n\r\n"),
    "not modified": answers(b"HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n"),
    "a status that is none": answers(b"HTTP/1.1 999 x\r\ncontent-length: 2\r\n\r\n{}"),
    "TLS": answers(b"\x15\x03\x01\x00\x02\x02\x46"),
    "two lengths": answers(JSON + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
    "a length that is none": answers(JSON + b"content-length: two\r\n\r\n{}"),
}
# Descriptions of methods that are none.
DOCUMENTS: dict[str, Answer] = {
    "no JSON": answers(whole(b"{")),
    "another shape": answers(whole(b'{"methods": {"user.me": 1}}')),
    "a depth of 100,000": answers(whole(b"[" * 100_000)),
    "a bomb": answers(JSON + b"content-encoding: gzip\r\n\r\n", BOMB),
    "20 MB": answers(whole(b" " * 20_000_000)),
}
# Answers that take their time.
SLOW: dict[str, Answer] = {
    "no answer": answers(),
    "a header a letter at a time": drip(HEAD, b"x-slow: "),
    "a letter at a time": drip(JSON + b"content-length: 100000\r\n\r\n"),
    "information": _informed,
}
