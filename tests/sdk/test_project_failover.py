"""Clients of a project at several addresses: real servers behind forwarders that end, and strangers in between."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from hero_assistance_sdk.errors import STORE_UNAVAILABLE, Unreachable
from hero_assistance_sdk.event_client import subscribe
from hero_assistance_sdk.foreign.http_client import make_client
from hero_assistance_sdk.net.host_names import HOSTS_SETTING
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.project.address_book import FIRST_REST_S, AddressBook
from hero_assistance_sdk.project.async_client import AsyncProjectClient
from hero_assistance_sdk.project.client import ProjectClient
from hero_assistance_sdk.project.identity import (
    AnotherProject,
    bytes_to_sign,
    encode_bytes,
    new_challenge,
    project_id_of,
)
from hero_assistance_sdk.project.next_address import may_repeat
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Event
from tests.sdk.forwarder import LOOPBACK, Forwarder, pretending
from tests.server.desk import Desk, running, until

pytestmark = pytest.mark.anyio

CAROL = {"x-dev-user": "carol"}
TIMEOUT_S = 20.0
# A server ends a connection that is idle for 5 s.
_GONE_S = 3.0
ONCE = {"client_token": "0123456789abcdef"}


@dataclass
class Project:
    """A server, and the forwarders at its two addresses."""

    desk: Desk
    first: Forwarder
    second: Forwarder

    @property
    def addresses(self) -> list[str]:
        return [self.first.address, self.second.address]


@pytest.fixture
async def project(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Project]:
    first, second = Forwarder(), Forwarder()
    monkeypatch.setenv(HOSTS_SETTING, f"{first.address},{second.address}")
    async with running(paths, tcp=LOOPBACK) as desk:
        first.target = second.target = (await desk.call("system.health"))["tcp"]
        # The first question makes the key, which takes a busy machine seconds.
        await _prove(desk)
        await first.start()
        await second.start()
        yield Project(desk, first, second)
        await first.end()
        await second.end()


class Caller(Protocol):
    """Calls a method by one of the two clients."""

    def __call__(self, method: str, **params: Any) -> Awaitable[Any]: ...


Callers = Callable[[AddressBook], Caller]


@pytest.fixture(params=["sync", "async"])
async def caller(request: pytest.FixtureRequest) -> AsyncIterator[Callers]:
    """A client of a book, with connections that it keeps from call to call."""
    clients: list[Any] = []

    def make(book: AddressBook) -> Caller:
        if request.param == "async":
            client = AsyncProjectClient(book, headers=CAROL)
            clients.append(client)
            return client.call
        blocking = ProjectClient(book, headers=CAROL)
        clients.append(blocking)
        return lambda method, **params: asyncio.to_thread(blocking.call, method, **params)

    yield make
    for client in clients:
        if isinstance(client, AsyncProjectClient):
            await client.__aexit__(None, None, None)
        else:
            client.__exit__(None, None, None)


async def test_the_first_address_is_used_while_it_answers(project: Project, caller: Callers) -> None:
    book = AddressBook(project.addresses)
    call = caller(book)
    assert (await call("user.me"))["user_id"] == "carol"
    assert (await call("user.me"))["user_id"] == "carol"
    assert book.current == project.first.address
    assert (project.first.connections, project.second.connections) == (1, 0)


async def test_one_that_is_away_at_the_start_is_passed_over(project: Project, caller: Callers) -> None:
    await project.first.end()
    book = AddressBook(project.addresses)
    call = caller(book)
    for _ in range(3):
        assert (await call("user.me"))["user_id"] == "carol"
    assert book.current == project.second.address
    assert project.second.connections == 1


async def test_a_call_without_a_token_that_was_cut_off_is_not_sent_again(project: Project, caller: Callers) -> None:
    call = caller(AddressBook(project.addresses))
    await call("user.me")
    project.first.dies_at = b"ticket.create"
    with pytest.raises(Unreachable, match="before it had answered"):
        await call("ticket.create", title="once", body="")
    assert project.second.connections == 0
    assert await _titles(project) == ["once"]
    assert (await call("user.me"))["user_id"] == "carol"


async def test_a_call_with_a_token_that_was_cut_off_is_executed_once(project: Project, caller: Callers) -> None:
    book = AddressBook(project.addresses)
    call = caller(book)
    project.first.dies_at = b"ticket.create"
    filed = await call("ticket.create", title="once", body="", **ONCE)
    assert filed["title"] == "once"
    assert book.current == project.second.address
    assert await _titles(project) == ["once"]


async def test_a_draft_that_was_cut_off_is_not_saved_again(project: Project, caller: Callers) -> None:
    call = caller(AddressBook(project.addresses))
    await call("user.me")
    project.first.dies_at = b"draft.save"
    with pytest.raises(Unreachable, match="before it had answered"):
        await call("draft.save", ticket_id=None, body="half a sentence", based_on=0, **ONCE)
    assert project.second.connections == 0


async def test_what_a_token_is_of_is_known_of_each_method(project: Project) -> None:
    found = {
        method["name"]
        for method in (await project.desk.call("rpc.discover"))["methods"]
        if any(param["name"] == "client_token" for param in method["params"])
    }
    assert found == {"draft.save", "macro.run", "message.note", "message.reply", "ticket.create"}
    assert {name for name in found if not may_repeat(name, ONCE)} == {"draft.save"}


async def test_a_refusal_is_asked_of_one_address_alone(project: Project, caller: Callers) -> None:
    call = caller(AddressBook(project.addresses))
    with pytest.raises(RpcFailure):
        await call("ticket.get", ticket_id=7)
    assert project.second.connections == 0


@asynccontextmanager
async def without_database(project: Project, *addresses: Forwarder) -> AsyncIterator[None]:
    """What answers at these addresses proves the project, and can do nothing else."""

    async def answer(params: dict[str, Any]) -> Any:
        if "challenge" not in params:
            raise RpcFailure(-32007, "the database is away", {"reason": STORE_UNAVAILABLE})
        return await project.desk.call("project.prove", **params)

    async with pretending(answer) as (pretended, _):
        for one in addresses:
            one.target = pretended
        yield


async def test_a_server_without_its_database_is_passed_over(project: Project, caller: Callers) -> None:
    async with without_database(project, project.first):
        book = AddressBook(project.addresses)
        filed = await caller(book)("ticket.create", title="once", body="", **ONCE)
        assert (filed["title"], book.current) == ("once", project.second.address)
        assert book.why_resting(project.first.address) is not None


async def test_a_call_without_a_token_fails_once_where_the_database_is_away(project: Project, caller: Callers) -> None:
    async with without_database(project, project.first):
        call = caller(AddressBook(project.addresses))
        with pytest.raises(RpcFailure, match="the database is away"):
            await call("user.me")
        assert (await call("user.me"))["user_id"] == "carol"


async def test_where_no_server_has_its_database_a_server_says_so(project: Project, caller: Callers) -> None:
    async with without_database(project, project.first, project.second):
        call = caller(AddressBook(project.addresses))
        for _ in range(2):
            with pytest.raises(RpcFailure, match="the database is away"):
                await call("ticket.create", title="once", body="", **ONCE)
        await project.first.end()
        with pytest.raises(RpcFailure, match="the database is away"):
            await call("ticket.create", title="once", body="", **ONCE)


async def test_a_stream_is_opened_where_events_are(project: Project) -> None:
    async with without_database(project, project.first):
        book = AddressBook(project.addresses)
        events = subscribe(book, headers=CAROL, since=0)
        await project.desk.call("ticket.create", "carol", title="heard", body="")
        async with aclosing(events), asyncio.timeout(TIMEOUT_S):
            event = await anext(events)
        assert isinstance(event, Event)
        assert book.current == project.second.address


@pytest.mark.parametrize("dies", [False, True])
async def test_a_refusal_that_is_not_handed_on_keeps_no_connection(project: Project, *, dies: bool) -> None:
    project.second.dies_at = b"GET /events" if dies else None
    async with (
        without_database(project, project.first),
        make_client(AddressBook(project.addresses), timeout=httpx2.Timeout(TIMEOUT_S)) as http,
    ):
        with pytest.raises(httpx2.HTTPError) if dies else nullcontext():
            async with http.stream("GET", "/events", headers=CAROL) as answer:
                assert answer.status_code == HTTPStatus.OK
        await until(lambda: not project.first.is_connected, _GONE_S)


async def test_it_goes_back_to_the_first_after_a_while(project: Project, caller: Callers) -> None:
    now = [0.0]
    book = AddressBook(project.addresses, clock=lambda: now[0])
    call = caller(book)
    await project.first.end()
    await call("user.me")
    await project.first.start()
    await call("user.me")
    assert book.current == project.second.address
    now[0] += FIRST_REST_S
    await call("user.me")
    assert book.current == project.first.address


async def test_all_away_is_one_error_that_names_each(project: Project, caller: Callers) -> None:
    await project.first.end()
    await project.second.end()
    call = caller(AddressBook(project.addresses))
    with pytest.raises(Unreachable) as failed:
        await call("user.me")
    assert all(address in failed.value.message for address in project.addresses)
    assert "refused" in failed.value.message.lower() or "failed" in failed.value.message


async def test_the_first_proof_is_remembered(project: Project, caller: Callers) -> None:
    found: list[str] = []
    await caller(AddressBook(project.addresses, on_identified=found.append))("user.me")
    assert found == [await _identity(project)]


async def test_another_project_is_passed_over_and_sent_nothing(project: Project, caller: Callers) -> None:
    project_id = await _identity(project)
    with tempfile.TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        async with running(Paths.from_environ({"PATH_ROOT": folder, "HOME": folder}), tcp=LOOPBACK) as other:
            await _prove(other)
            address = (await other.call("system.health"))["tcp"]
            book = AddressBook([address, project.second.address], project_id)
            filed = await caller(book)("ticket.create", title="ours", body="")
            assert filed["title"] == "ours"
            assert book.current == project.second.address
            assert isinstance(book.why_resting(address), AnotherProject)
            assert (await other.call("ticket.list", "alice"))["tickets"] == []
            with pytest.raises(AnotherProject, match=address):
                await caller(AddressBook([address], project_id))("user.me")


async def test_who_copies_id_and_key_cannot_sign(project: Project, caller: Callers) -> None:
    own = generate_private_key(65537, 3072)
    copied = await _prove(project.desk)

    async def answer(params: dict[str, Any]) -> Any:
        content = bytes_to_sign(params["challenge"], params["address"])
        return {**copied, "signature": encode_bytes(own.sign(content, PKCS1v15(), SHA256()))}

    async with pretending(answer) as (address, asked):
        with pytest.raises(AnotherProject, match="does not have the key"):
            await caller(AddressBook([address], copied["project_id"]))("ticket.create", title="secret", body="")
    assert asked == ["project.prove"]


async def test_who_passes_the_question_on_gets_no_proof(project: Project, caller: Callers) -> None:
    project_id, ours = await _identity(project), project.first.address

    async def answer(params: dict[str, Any]) -> Any:
        def ask(address: str) -> Any:
            with RpcClient(ours) as client:
                return client.call("project.prove", challenge=params["challenge"], address=address)

        with pytest.raises(RpcFailure, match="does not answer at that address"):
            await asyncio.to_thread(ask, params["address"])
        # What the real server signs is its own address.
        return await asyncio.to_thread(ask, ours)

    async with pretending(answer) as (address, asked):
        with pytest.raises(AnotherProject, match="does not have the key"):
            await caller(AddressBook([address], project_id))("ticket.create", title="secret", body="")
    assert asked == ["project.prove"]


async def test_what_proves_nothing_is_passed_over(project: Project, caller: Callers) -> None:
    async def answer(_params: dict[str, Any]) -> Any:
        return {}

    async with pretending(answer) as (address, asked):
        assert (await caller(AddressBook([address, project.second.address]))("user.me"))["user_id"] == "carol"
    assert asked == ["project.prove"]


async def test_a_call_is_not_sent_over_a_connection_that_ends_with_its_proof(project: Project, caller: Callers) -> None:
    key = generate_private_key(65537, 3072)
    public = key.public_key().public_numbers().n.to_bytes(384, "big")

    async def answer(params: dict[str, Any]) -> Any:
        content = bytes_to_sign(params["challenge"], params["address"])
        return {"key": encode_bytes(public), "signature": encode_bytes(key.sign(content, PKCS1v15(), SHA256()))}

    async with pretending(answer, {"connection": "close"}) as (address, asked):
        book = AddressBook([address], project_id_of(public))
        with pytest.raises(Unreachable):
            await caller(book)("ticket.create", title="t", body="", **ONCE)
    assert asked == ["project.prove"]


@pytest.mark.parametrize("name", ["desk..example", "é" * 64])
async def test_what_is_no_name_of_a_machine_is_passed_over(project: Project, caller: Callers, name: str) -> None:
    book = AddressBook([f"{name}:9770", project.second.address])
    assert (await caller(book)("user.me"))["user_id"] == "carol"
    assert isinstance(book.why_resting(f"{name}:9770"), Unreachable)


async def test_one_that_takes_connections_and_says_nothing_is_passed_over(project: Project, caller: Callers) -> None:
    with bind_tcp(LOOPBACK) as silent:
        book = AddressBook([bound_address(silent), project.second.address])
        assert (await caller(book)("user.me"))["user_id"] == "carol"
        assert "in time" in str(book.why_resting(bound_address(silent)))


async def test_a_stream_goes_on_at_the_next_address_without_a_gap(project: Project) -> None:
    book = AddressBook(project.addresses)
    heard: list[int] = []
    async with asyncio.timeout(TIMEOUT_S), aclosing(subscribe(book, headers=CAROL, since=0)) as events:
        for number in range(1, 7):
            await project.desk.call("ticket.create", "carol", title=f"ticket {number}", body="")
            heard.append(await _next_ticket(events))
            if number == 3:
                assert book.current == project.first.address
                await project.first.end()
    assert heard == [1, 2, 3, 4, 5, 6]
    assert book.current == project.second.address


async def test_a_stream_is_opened_at_no_other_project(project: Project) -> None:
    async def answer(_params: dict[str, Any]) -> Any:
        return {}

    async with pretending(answer) as (address, _asked):
        with pytest.raises(AnotherProject):
            async with (
                asyncio.timeout(TIMEOUT_S),
                aclosing(subscribe(AddressBook([address], await _identity(project)))) as events,
            ):
                await anext(events)


async def _next_ticket(events: AsyncIterator[Any]) -> int:
    """The number of the ticket that was made next."""
    async for event in events:
        if isinstance(event, Event) and event.kind == "ticket.created":
            assert event.ticket is not None
            return event.ticket.ticket_id
    raise AssertionError("the stream has ended")


async def _titles(project: Project) -> list[str]:
    return [ticket["title"] for ticket in (await project.desk.call("ticket.list", "alice"))["tickets"]]


async def _prove(desk: Desk) -> Any:
    return await desk.call("project.prove", challenge=new_challenge(), address="")


async def _identity(project: Project) -> Any:
    return (await _prove(project.desk))["project_id"]
