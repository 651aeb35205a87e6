"""Requests that the server sends, to real servers on loopback addresses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from hero_assistance_sdk.errors import TooSlow, Unreachable
from hero_assistance_server.outgoing_http.client import OutgoingHttp
from hero_assistance_server.outgoing_http.model import ANSWER_LIMIT, AddressRefused
from hero_assistance_server.outgoing_http.network_policy import NetworkPolicy, parse_policy
from tests.server.outgoing_http.receiver import answer, receiving

pytestmark = pytest.mark.anyio


def allowing(text: str) -> Callable[[], NetworkPolicy]:
    return lambda: parse_policy(text)


def resolving(*addresses: str) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """A name service in which every name has these addresses."""

    async def resolver(_host: str, _port: int) -> Sequence[str]:
        return addresses

    return resolver


LOCAL = allowing("loopback")


async def test_a_request_arrives_and_its_answer_comes_back() -> None:
    async with receiving() as receiver:
        receiver.says = lambda _request: answer(418, b"short and stout", "X-Pot: tea")
        said = await OutgoingHttp(LOCAL).request("POST", receiver.url("/a?b=c"), headers={"x-one": "1"}, body=b"{}")
    (request,) = receiver.requests
    assert (request.line, request.body) == ("POST /a?b=c HTTP/1.1", b"{}")
    assert (request.headers["host"], request.headers["x-one"]) == (f"127.0.0.1:{receiver.port}", "1")
    assert (said.status, said.headers["x-pot"], said.body) == (418, "tea", b"short and stout")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]"])
async def test_no_spelling_of_loopback_is_connected_to(host: str) -> None:
    async with receiving() as receiver:
        for scheme in ("http", "https"):
            with pytest.raises((AddressRefused, Unreachable)):
                await OutgoingHttp().request("POST", receiver.url(host=host, scheme=scheme))
    assert receiver.connections == 0


async def test_a_name_that_leads_to_loopback_is_refused() -> None:
    async with receiving() as receiver:
        for addresses in (["127.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254", "127.0.0.1"]):
            http = OutgoingHttp(resolver=resolving(*addresses))
            with pytest.raises(AddressRefused, match="is no address of the internet"):
                await http.request("POST", receiver.url(host="hooks.example.org", scheme="https"))
    assert receiver.connections == 0


async def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to() -> None:
    """The name leads to an allowed address when it is checked, and to another one from then on."""
    asked = []

    async def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

    async with receiving("127.0.0.1") as checked:
        http = OutgoingHttp(allowing("127.0.0.1"), resolver=rebinding)
        url = checked.url(host="hooks.example.org")
        assert (await http.request("POST", url)).status == 200
        with pytest.raises(AddressRefused):
            await http.request("POST", url)
    assert (checked.connections, len(asked)) == (1, 2)


async def test_of_several_addresses_only_a_permitted_one_is_used() -> None:
    async with receiving("127.0.0.1") as receiver:
        http = OutgoingHttp(allowing("127.0.0.1"), resolver=resolving("127.0.0.2", "10.0.0.1", "127.0.0.1"))
        assert (await http.request("POST", receiver.url(host="hooks.example.org"))).status == 200
    assert receiver.requests[0].headers["host"].startswith("hooks.example.org:")


async def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    async with receiving("127.0.0.1") as receiver:
        http = OutgoingHttp(LOCAL, resolver=resolving("127.0.0.9", "127.0.0.1"))
        assert (await http.request("POST", receiver.url(host="hooks.example.org"))).status == 200


async def test_without_tls_only_an_allowed_network_is_asked() -> None:
    with pytest.raises(AddressRefused, match="without TLS"):
        await OutgoingHttp().request("POST", "http://1.1.1.1:9/")


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with receiving() as inside, receiving() as receiver:
        receiver.says = lambda _request: answer(307, b"", f"Location: {inside.url()}")
        assert (await OutgoingHttp(LOCAL).request("POST", receiver.url())).status == 307
    assert inside.connections == 0


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy, receiving() as receiver:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        assert (await OutgoingHttp(LOCAL).request("POST", receiver.url())).status == 200
    assert (proxy.connections, receiver.connections) == (0, 1)


async def test_a_receiver_that_hangs_is_given_up() -> None:
    async with receiving() as receiver:
        receiver.hangs = True
        with pytest.raises(TooSlow, match="no answer within"):
            await OutgoingHttp(LOCAL, timeout_s=0.3).request("POST", receiver.url())


async def test_a_receiver_that_sends_drop_by_drop_is_given_up() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                writer.write(b".")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(TooSlow):
            await OutgoingHttp(LOCAL, timeout_s=0.3).request("POST", f"http://127.0.0.1:{port}/")
    finally:
        server.close()


async def test_an_answer_without_end_is_read_to_the_limit() -> None:
    async with receiving() as receiver:
        receiver.says = lambda _request: answer(200, b"x" * 4 * ANSWER_LIMIT)
        said = await OutgoingHttp(LOCAL).request("POST", receiver.url())
    assert said.body == b"x" * ANSWER_LIMIT


@pytest.mark.parametrize("said", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"])
async def test_what_is_no_answer_is_an_error_in_words(said: bytes) -> None:
    async with receiving() as receiver:
        receiver.says = lambda _request: said
        with pytest.raises(Unreachable) as found:
            await OutgoingHttp(LOCAL).request("POST", receiver.url())
    assert found.value.message in {"the connection ended before the answer", "no valid answer"}


async def test_a_port_where_nothing_listens() -> None:
    async with receiving() as receiver:
        url = receiver.url()
    with pytest.raises(Unreachable):
        await OutgoingHttp(LOCAL).request("POST", url)


async def test_a_name_that_there_is_not() -> None:
    async def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(Unreachable, match="cannot be resolved"):
        await OutgoingHttp(LOCAL, resolver=unknown).request("POST", "https://hooks.example.org/")
