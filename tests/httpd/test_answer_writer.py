"""An answer's head is written with the beginning of its body, and never kept back for good."""

from __future__ import annotations

import asyncio

import pytest

from hero_assistance_httpd.connections.answer_writer import AnswerWriter
from tests.httpd.peers import ASK, LAST, connected, served

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"


class Transport(asyncio.Transport):
    """Notes what is written, one entry a system call."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.written.append(b"closed")


def test_the_head_leaves_with_the_first_part_of_the_body() -> None:
    transport = Transport()
    writer = AnswerWriter(transport)
    for data in (HEAD, b"one", b"two", b""):
        writer.write(data)
    writer.flush()
    assert transport.written == [HEAD + b"one", b"two", b""]


def test_an_empty_part_sends_the_head() -> None:
    transport = Transport()
    writer = AnswerWriter(transport)
    writer.write(HEAD)
    writer.write(b"")
    assert transport.written == [HEAD]


def test_a_head_that_is_all_is_sent_at_once() -> None:
    transport = Transport()
    AnswerWriter(transport, has_body=False).write(HEAD)
    assert transport.written == [HEAD]


@pytest.mark.parametrize("ends_by_close", [True, False])
def test_a_head_without_a_body_is_sent_at_the_end(ends_by_close: bool) -> None:
    transport = Transport()
    writer = AnswerWriter(transport)
    writer.write(HEAD)
    if ends_by_close:
        writer.close()
        writer.flush()
        assert transport.written == [HEAD, b"closed"]
    else:
        writer.flush()
        writer.flush()
        assert transport.written == [HEAD]


@pytest.mark.anyio
async def test_answers_to_head_come_between_others_in_order() -> None:
    async with served() as address:
        peer = await connected(address)
        peer.send(ASK.replace(b"GET", b"HEAD") + ASK + LAST.replace(b"GET", b"HEAD"))
        answers = (await peer.rest()).split(b"HTTP/1.1 200 OK\r\n")
        bodies = [answer.partition(b"\r\n\r\n")[2] for answer in answers[1:]]
        assert [bool(body) for body in bodies] == [False, True, False]


@pytest.mark.anyio
async def test_an_answer_comes_in_one_piece() -> None:
    async with served() as address:
        peer = await connected(address)
        peer.send(ASK)
        first = await peer.reader.read(65536)
        assert first.endswith(b"}")
        peer.writer.close()
